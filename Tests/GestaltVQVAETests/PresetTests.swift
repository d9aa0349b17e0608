import Foundation
import GestaltFiles
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct PresetTests {
    @Test func publicBAIRHasVideoGPTsSizes() {
        var random = RandomStream(seed: 1)
        let tokenizer = VQVAE(.publicBAIR, random: &random)
        #expect(tokenizer.parameterCount == 21_141_619)
        let names = KeyMap(videoGPT: .publicBAIR)
        #expect(names.entries.count == 283)
        // The state dictionary's numbers: ours, one counter a norm, without our own flag.
        let counters = names.entries.count { $0.path == nil }
        let numbers = tokenizer.videoGPTState.reduce(0) { $0 + $1.tensor.count } + counters
        #expect(numbers == 22_202_829)
    }

    @Test(
        .tags(.peer),
        .enabled(if: VideoGPTFixture.isAvailable, "set GESTALT_FIXTURES to compare with VideoGPT"))
    func itsStateDictionaryHasVideoGPTsNamesAndShapesInOrder() throws {
        let data = try Data(
            contentsOf: URL(filePath: VideoGPTFixture.folder! + "keys-publicBAIR.json"))
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let tokenizer = try #require(root["tokenizer"] as? [String: Any])
        let keys = try #require(tokenizer["keys"] as? [String: [Any]])
        var random = RandomStream(seed: 1)
        let ours = VQVAE(.publicBAIR, random: &random)
        for (key, tensor) in ours.videoGPTState {
            let shape = try #require(keys[key]?.first as? [Int], "\(key) is not VideoGPT's")
            #expect(tensor.shape.dimensions == shape, "\(key)")
        }
        #expect(Set(KeyMap(videoGPT: .publicBAIR).entries.map(\.key)) == Set(keys.keys))
    }

    @Test(arguments: [(VQVAEConfiguration.small, 1_300_000), (.tiny, 400_000)])
    func smallAndTinyStaySmall(configuration: VQVAEConfiguration, bound: Int) {
        var random = RandomStream(seed: 1)
        let count = VQVAE(configuration, random: &random).parameterCount
        #expect(count <= bound && count > bound / 4, "\(count) parameters")
    }

    /// Levels halve the axes that still have to shrink.
    @Test func levels() {
        func levels(_ t: Int, _ h: Int, _ w: Int) -> [[Int]] {
            var configuration = VQVAEConfiguration.tiny
            configuration.strides = .init(time: t, height: h, width: w)
            return configuration.levels
        }
        #expect(levels(4, 4, 4) == [[2, 2, 2], [2, 2, 2]])
        #expect(levels(4, 2, 2) == [[2, 2, 2], [2, 1, 1]])
        #expect(levels(2, 8, 4) == [[2, 2, 2], [1, 2, 2], [1, 2, 1]])
        #expect(levels(1, 4, 4) == [[1, 2, 2], [1, 2, 2]])
    }

    @Test func aConfigurationThatCannotBeBuiltNamesItsKey() throws {
        try VQVAEConfiguration.publicBAIR.validate()
        let mutations: [(String, (inout VQVAEConfiguration) -> Void)] = [
            ("strides", { $0.strides = .init(time: 3, height: 4, width: 4) }),
            ("strides", { $0.strides = .init(time: 1, height: 1, width: 1) }),
            ("hiddenChannels", { $0.hiddenChannels = 7 }),
            ("codeCount", { $0.codeCount = 0 }),
            ("embeddingWidth", { $0.embeddingWidth = -1 }),
            ("dataVariance", { $0.dataVariance = 0 }),
            ("decay", { $0.decay = 1 }),
        ]
        for (key, mutate) in mutations {
            var configuration = VQVAEConfiguration.tiny
            mutate(&configuration)
            let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
            #expect(error?.key == key)
        }
    }
}
