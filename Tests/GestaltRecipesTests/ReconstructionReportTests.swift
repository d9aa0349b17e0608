import Foundation
import GestaltData
import GestaltNN
import GestaltRecipes
import GestaltTensor
import GestaltTraining
import GestaltVQVAE
import GestaltVideo
import Testing

@Suite struct ReconstructionReportTests {
    private func report(side: Int, weight: Float? = nil) throws -> ReconstructionReport {
        var random = RandomStream(seed: 3)
        let configuration = VQVAEConfiguration(
            strides: Extent3(time: 2, height: 2, width: 2), hiddenChannels: 8,
            embeddingWidth: 4, codeCount: 16, blocks: 1)
        var tokenizer = VQVAE(configuration, random: &random)
        if let weight {
            struct Spoil: ParameterVisitor {
                let value: Float
                mutating func parameter(_ name: String, _ tensor: inout Tensor<Float>) {
                    if tensor.shape[-1] == 3 {
                        tensor = .init(repeating: value, shape: tensor.shape)
                    }
                }
                mutating func buffer(_ name: String, _ buffer: inout Buffer) {}
                mutating func module(_ name: String, _ module: inout some Module) {
                    module.visit(&self)
                }
            }
            var spoil = Spoil(value: weight)
            tokenizer.visit(&spoil)
        }
        let clips = (0..<3).map { index in
            Clip(
                name: "\(index)",
                frames: Tensor<UInt8>(
                    shape: [4, side, side, 3],
                    scalars: (0..<4 * side * side * 3).map { UInt8($0 * (7 + index) % 251) }))
        }
        return try ReconstructionReport(
            of: tokenizer, on: ClipBatches(clips, length: 4, batchSize: 2, order: .once))
    }

    @Test("clips below the window of SSIM have a report without it, which says so")
    func smallClips() throws {
        let small = try report(side: 8)
        #expect(small.ssim == nil && small.psnr.isFinite && small.clipCount == 3)
        let remark = try #require(small.remarks.first)
        #expect(remark.contains("8 × 8 pixels are smaller than the window of SSIM, 11 × 11"))
        #expect(!small.metrics.contains { $0.name == "ssim" })
        let large = try report(side: 12)
        #expect(large.ssim != nil && large.remarks.isEmpty)
        let data = try JSONEncoder().encode(small)
        #expect(try JSONDecoder().decode(ReconstructionReport.self, from: data) == small)
    }

    @Test("a model that is not finite has no scores", arguments: [Float.nan, .infinity])
    func notFinite(weight: Float) throws {
        let found = try report(side: 12, weight: weight)
        #expect(found.psnr.isNaN && found.psnrPerFrame.isNaN && found.ssim?.isNaN == true)
        #expect(found.remarks.contains { $0.contains("not finite") })
    }
}
