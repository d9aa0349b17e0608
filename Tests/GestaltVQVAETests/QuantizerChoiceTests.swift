import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// VideoGPT's tokenizer with every quantizer.
@Suite struct QuantizerChoiceTests {
    private static let names = ["vq", "vq:32x4:unit", "vq:gradient", "fsq:8,5,5", "lfq:6"]

    private func configuration(_ name: String) throws -> VQVAEConfiguration {
        var small = VQVAEConfiguration(
            strides: .init(time: 2, height: 4, width: 4), hiddenChannels: 8, embeddingWidth: 6,
            codeCount: 16, blocks: 1)
        small.dataVariance = 1
        let quantizer = try Quantizers.configuration(
            named: ComponentName(stringLiteral: name), usual: small.quantizerSize)
        return try #require(small.quantized(by: quantizer))
    }

    @Test(arguments: names) func trainsEncodesDecodesAndIsStored(name: String) throws {
        let configuration = try configuration(name)
        try configuration.validate()
        var random = RandomStream(seed: 2)
        var tokenizer = VQVAE(configuration, random: &random)
        let clips = Tensor<Float>.sample([2, 4, 8, 8, 3], seed: 3, in: -0.5...0.5)
        tokenizer.begin(with: clips, random: &random)
        var optimizer = Adam(learningRate: 3e-3)
        var losses: [Float] = []
        for _ in 0..<30 {
            let step = valueAndGradients(
                of: tokenizer, Context.training(random: RandomStream(seed: 4))
            ) { model, context in
                let pass = model.trainingPass(clips, context)
                return (pass.loss, pass.metrics.first { $0.name == "reconstruction" }!.value)
            }
            optimizer.update(&tokenizer, with: step.gradients)
            step.commitBuffers(to: &tokenizer)
            losses.append(step.auxiliary)
        }
        #expect(losses.last! < 0.9 * losses[0], "\(losses[0]) to \(losses.last!)")

        let codes = tokenizer.encode(clips)
        #expect(codes.shape == [2, 2, 2, 2])
        #expect(codes.scalars.allSatisfy { $0 >= 0 && $0 < configuration.codeCount })
        let folder = TemporaryFolder()
        try tokenizer.write(to: folder.path + "/model")
        let read = try VQVAE(folder: folder.path + "/model")
        #expect(read.configuration == configuration)
        #expect(read.encode(clips) == codes)
        #expect(read.decode(codes) == tokenizer.decode(codes))
        #expect(read.codeTable.shape == [configuration.codeCount, configuration.embeddingWidth])
    }

    @Test func movingAveragesAreVideoGPTsOwn() throws {
        let configuration = try configuration("vq:32x4")
        #expect(configuration.quantizer == nil && configuration.codeCount == 32)
        #expect(try StrictJSON.encode(configuration).contains(UInt8(ascii: "q")) == false)
    }

    @Test func sizesThatDisagreeAreErrors() throws {
        var configuration = try configuration("fsq:8,5,5")
        configuration.codeCount = 100
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
        configuration.quantizer = AnyQuantizerConfiguration(
            FiniteScalarQuantizer.Configuration(levels: [8, 2]))
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }
}
