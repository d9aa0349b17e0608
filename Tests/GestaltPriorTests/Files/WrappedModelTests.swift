import Foundation
import GestaltFiles
import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

/// Names of models that were wrapped before they were saved, as PyTorch's DataParallel,
/// DistributedDataParallel, FSDP, `torch.compile` and trainers' own modules make them.
@Suite struct WrappedModelTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var settings = SmallPredictor.settings
        /// Words of the remark; nil where there is to be none.
        let remark: [String]?
        let rename: @Sendable (String) -> String
    }

    /// Puts a wrapper's name before the second part: around a part of the model.
    private static func inside(_ name: String, _ wrapper: String) -> String {
        let parts = name.split(separator: ".").map(String.init)
        return ([parts[0], wrapper] + parts.dropFirst()).joined(separator: ".")
    }

    static let cases = [
        Case(testDescription: "plain", remark: nil) { $0 },
        Case(testDescription: "parallel", remark: ["“module.”"]) { "module." + $0 },
        Case(testDescription: "compiled", remark: ["“_orig_mod.”"]) { "_orig_mod." + $0 },
        Case(testDescription: "a trainer's attribute", remark: ["“model.”"]) { "model." + $0 },
        Case(testDescription: "any attribute", remark: ["“student.”"]) { "student." + $0 },
        Case(testDescription: "compiled, then parallel", remark: ["“_orig_mod.”", "“module.”"]) {
            "module._orig_mod." + $0
        },
        Case(testDescription: "parallel, then compiled", remark: ["“_orig_mod.”", "“module.”"]) {
            "_orig_mod.module." + $0
        },
        Case(
            testDescription: "a trainer's compiled attribute", remark: ["“_orig_mod.”", "“model.”"]
        ) {
            "model._orig_mod." + $0
        },
        Case(testDescription: "three levels", remark: ["“module.”", "“trainer.model.”"]) {
            "trainer.model.module." + $0
        },
        Case(testDescription: "a key in the name", remark: ["“state_dict.”"]) {
            "state_dict." + $0
        },
        Case(testDescription: "a compiled tokenizer", remark: ["“_orig_mod.”"]) {
            $0.hasPrefix("vqvae.") ? inside($0, "_orig_mod") : $0
        },
        Case(testDescription: "a parallel tokenizer", remark: ["“module.”"]) {
            $0.hasPrefix("vqvae.") ? inside($0, "module") : $0
        },
        Case(
            testDescription: "both inside and outside",
            remark: ["“_orig_mod.”", "“module.”", "“net.”"]
        ) {
            "net.module." + ($0.hasPrefix("vqvae.") ? inside($0, "_orig_mod") : $0)
        },
        Case(testDescription: "recomputed blocks", remark: ["“_checkpoint_wrapped_module.”"]) {
            $0.hasPrefix("attn_stack.") ? inside($0, "_checkpoint_wrapped_module") : $0
        },
        Case(testDescription: "sharded data parallel", remark: ["“_fsdp_wrapped_module.”"]) {
            "_fsdp_wrapped_module." + $0
        },
    ]

    @Test(arguments: cases) func opens(_ item: Case) throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("wrapped.bin")
        try SafeTensors.write(
            small.predictorState().map { (name: item.rename($0.name), tensor: $0.tensor) },
            to: path)
        var remarks: [String] = []
        let model = try VideoModel(at: path, settings: item.settings) { remarks.append($0) }
        let predictor = try #require(model.predictor)
        for (one, other) in zip(predictor.state, small.model.state)
        where !one.path.hasSuffix("isInitialized") {
            #expect(one.path == other.path && one.value == other.value, "\(one.path)")
        }
        guard let words = item.remark else {
            #expect(remarks.isEmpty)
            return
        }
        #expect(remarks.count == 1)
        for word in words { #expect(remarks.first?.contains(word) == true, "\(remarks)") }
        let summary = try CheckpointSummary(of: path)
        #expect(summary.kind == .videoGPTPrior && !summary.removed.isEmpty)
    }

    @Test(arguments: ["module.", "_orig_mod.", "a.b."]) func tokenizers(prefix: String) throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("tokenizer.pth.tar")
        try SafeTensors.write(
            small.tokenizerState().map { (name: prefix + $0.name, tensor: $0.tensor) }, to: path)
        let clip = Tensor<Float>.zeros([1, 4, 16, 32, 3])
        let model = try VideoModel(at: path, settings: SmallPredictor.tokenizerSettings)
        #expect(model.predictor == nil)
        #expect(model.tokenizer.encode(clip) == small.model.tokenizer.encode(clip))
        // The key map alone does the same.
        var tokenizer = try #require(small.model.tokenizer as? VQVAE)
        try tokenizer.load(videoGPT: TensorTable(SafeTensorsFile(contentsOf: path)))
        #expect(tokenizer.encode(clip) == small.model.tokenizer.encode(clip))
    }

    /// Prefixes go only where all names are right without them.
    @Test func halfAPrefixIsNone() throws {
        let small = try SmallPredictor()
        let folder = TemporaryFolder()
        let path = folder.path("half.safetensors")
        let state = try small.tokenizerState()
        try SafeTensors.write(
            state.enumerated().map {
                (name: ($0 == 3 ? "" : "module.") + $1.name, tensor: $1.tensor)
            }, to: path)
        // With the wrapper's name taken out wherever it is, all fit.
        #expect(throws: Never.self) {
            try VideoModel(at: path, settings: SmallPredictor.tokenizerSettings)
        }
        try SafeTensors.write(
            state.enumerated().map {
                (name: ($0 == 3 ? "" : "other.") + $1.name, tensor: $1.tensor)
            }, to: path)
        #expect(throws: VideoGPTError.self) {
            try VideoModel(at: path, settings: SmallPredictor.tokenizerSettings)
        }
        try SafeTensors.write(
            state.filter { $0.name != "pre_vq_conv.conv.bias" }
                .map { (name: "module." + $0.name, tensor: $0.tensor) }, to: path)
        let error = #expect(throws: VideoGPTError.self) {
            try VideoModel(at: path, settings: SmallPredictor.tokenizerSettings)
        }
        #expect(
            error?.description.contains("missing: pre_vq_conv.conv.bias") == true, "\(error as Any)"
        )
        #expect(error?.description.contains("unexpected") == false, "\(error as Any)")
    }

    /// Names that would meet are not shortened.
    @Test func equalNamesStay() {
        let table = TensorTable(
            ["module.a": Tensor<Float>(1), "a": Tensor<Float>(2)], path: "here")
        #expect(table.unwrapped.count == 1 && table.unwrapped[0].removed.isEmpty)
        #expect(TensorTable([:], path: "here").unwrapped.count == 1)
    }
}
