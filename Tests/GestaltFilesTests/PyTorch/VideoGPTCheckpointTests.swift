import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Checkpoints of VideoGPT as its trainer wrote them, found through GESTALT_FIXTURES.
@Suite(
    .tags(.peer), .enabled(if: OutsideFiles.fixtures.isThere, "\(OutsideFiles.fixtures.message)"))
struct VideoGPTCheckpointTests {
    private static func path(_ name: String) throws -> String {
        try #require(OutsideFiles.fixtures.file("videogpt/checkpoints/" + name)).path
    }

    @Test(arguments: [
        ("tokenizer-lightning2.ckpt", "expected-tokenizer.safetensors"),
        ("tokenizer-lightning133.ckpt", "expected-tokenizer.safetensors"),
        ("legacy-nonzip.pt", "expected-tokenizer.safetensors"),
        ("bare-zip.pt", "expected-tokenizer.safetensors"),
        ("prior-lightning2.ckpt", "expected-prior.safetensors"),
        ("prior-lightning133.ckpt", "expected-prior.safetensors"),
    ])
    func stateDictionaries(name: String, expected: String) throws {
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let expected = try SafeTensorsFile(contentsOf: Self.path(expected))
        let prefix = "state_dict/"
        #expect(
            Set(file.names.map { prefix + $0 })
                == Set(expected.names.filter { $0.hasPrefix(prefix) }))
        for name in file.names {
            #expect(
                try TensorBits(file.anyTensor(name))
                    == TensorBits(expected.anyTensor(prefix + name)), "\(name)")
        }
    }

    @Test(arguments: ["mixed-dtypes.pt", "mixed-dtypes-legacy.pt"])
    func mixedTypes(name: String) throws {
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let expected = try SafeTensorsFile(contentsOf: Self.path("expected-mixed.safetensors"))
        let manifest = try Manifest.read(Self.path("checkpoints.json"))
        let entries = try #require(file.root["tensors"]?.entries)
        #expect(Set(entries.map(\.key.string)) == Set(expected.names))
        for entry in entries {
            let (name, tensor) = (try #require(entry.key.string), try #require(entry.value.tensor))
            let layout = try #require(manifest.layouts[name])
            #expect(tensor.type.rawValue == layout.dtype, "\(name)")
            #expect(tensor.shape == layout.shape && tensor.strides == layout.stride, "\(name)")
            #expect(tensor.offset == layout.offset, "\(name)")
            #expect(
                try TensorBits(file.anyTensor(tensor)) == TensorBits(expected.anyTensor(name)),
                "\(name)")
        }
        let extra = try #require(file.root["extra"])
        #expect(extra["big"] == .bigInteger("1180591620717411303424"))
        #expect(extra["small"]?.integer == 7 && extra["neg"]?.integer == -300)
        #expect(extra["text"]?.string == "café 日本" && extra["real"]?.real == 0.06)
        #expect(extra.entries?.contains { $0.value == .bytes([0, 255]) } == true)
        #expect(extra["tup"]?.integers == [4, 2, 2] && extra["none"]?.isNull == true)
        #expect(extra["ns"]?["inner"]?["a"]?.isNull == true)
        #expect(extra["ns"]?["downsample"]?.integers == [4, 2, 2])
    }

    @Test(arguments: [
        "tokenizer-lightning2.ckpt", "tokenizer-lightning133.ckpt", "prior-lightning2.ckpt",
        "prior-lightning133.ckpt",
    ])
    func hyperParameters(name: String) throws {
        let manifest = try Manifest.read(Self.path("checkpoints.json"))
        let stated = name.hasPrefix("prior") ? manifest.prior : manifest.tokenizer
        let file = try PyTorchFile(contentsOf: Self.path(name))
        let found = try #require(file.hyperParameters)
        for (key, value) in stated where key != "vqvae" {
            #expect(found[key].map(value.equals) == true, "\(key): \(found[key] as Any)")
        }
        #expect(file.root["epoch"]?.integer != nil)
        #expect(name.hasPrefix("prior") == (found["vqvae"]?.string != nil))
        let state = file.root["optimizer_states"]?.elements?.first?["state"]?.entries?.first?.value
        let average = try #require(state?["exp_avg"]?.tensor)
        #expect(try file.anyTensor(average).shape.dimensions == average.shape)
    }
}

/// What `checkpoints.json` says about the files.
private struct Manifest: Decodable {
    let tokenizer: [String: Stated]
    let prior: [String: Stated]
    let layouts: [String: Layout]

    struct Layout: Decodable {
        let shape: [Int]
        let stride: [Int]
        let offset: Int
        let dtype: String
    }

    enum CodingKeys: String, CodingKey {
        case tokenizer = "tokenizer_hparams"
        case prior = "prior_hparams"
        case layouts = "mixed_layout"
    }

    static func read(_ path: String) throws -> Manifest {
        try JSONDecoder().decode(
            Manifest.self, from: #require(FileManager.default.contents(atPath: path)))
    }

    enum Stated: Decodable {
        case none
        case bool(Bool)
        case real(Double)
        case string(String)
        case integers([Int])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .none
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Double.self) {
                self = .real(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else {
                self = .integers(try container.decode([Int].self))
            }
        }

        func equals(_ value: PickleValue) -> Bool {
            switch self {
            case .none: value.isNull
            case .bool(let stated): value.bool == stated
            case .real(let stated): value.real == stated
            case .string(let stated): value.string == stated
            case .integers(let stated): value.integers == stated
            }
        }
    }
}
