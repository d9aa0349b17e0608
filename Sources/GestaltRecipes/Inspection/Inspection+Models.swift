import Foundation
import GestaltFiles
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE
import GestaltVideo

extension Inspection {
    /// A folder with a `config.json`: what the model is, its sizes, its card, its tensors.
    mutating func describeModel(_ folder: ModelFolder) throws {
        kind = "model"
        let model = try folder.kind()
        add("model", model)
        let summary = try CheckpointSummary(of: path)
        let parameters = summary.parameterCount
        add("parameters", parameters)
        addMembers("tensors", summary.members)
        what = "a model, " + (try sentence(model, folder)) + ", \(rounded(parameters)) parameters"
        if let card = FileManager.default.contents(atPath: folder.cardPath) {
            let lines = String(decoding: card, as: UTF8.self).split(separator: "\n")
            add("card", lines.filter { !$0.hasPrefix("#") }.prefix(3).joined(separator: " "))
        }
    }

    private mutating func sentence(_ kind: String, _ folder: ModelFolder) throws -> String {
        switch kind {
        case VQVAEConfiguration.kind:
            return describe(try folder.configuration(VQVAEConfiguration.self))
        case VideoPredictorConfiguration.kind:
            return describe(try folder.configuration(VideoPredictorConfiguration.self))
        case UNetConfiguration.kind:
            let sizes = try folder.configuration(UNetConfiguration.self)
            add("widths", .sizes(sizes.widths))
            return describe("U-Net", sizes.input, sizes.classes)
        case SegmenterConfiguration.kind:
            let sizes = try folder.configuration(SegmenterConfiguration.self)
            add("encoder", "\(EncoderChoice(sizes.encoder))")
            return describe(
                "segmenter (head on \(EncoderChoice(sizes.encoder)))", sizes.input, sizes.classes)
        default: return kind
        }
    }

    private mutating func describe(
        _ name: String, _ input: PictureInput, _ classes: Int
    ) -> String {
        add("input_size", .sizes([input.height, input.width]))
        add("classes", classes)
        let task = classes == 1 ? "foreground" : "\(classes) classes"
        return "\(name) for \(task) at \(input.height) × \(input.width)"
    }

    mutating func describe(_ sizes: VQVAEConfiguration) -> String {
        add("strides", .sizes(sizes.strides.array))
        add("codes", sizes.codes)
        add("embedding", sizes.embedding)
        return "video tokenizer, strides \(sizes.strides), \(sizes.codes) codes"
    }

    mutating func describe(_ sizes: VideoPredictorConfiguration) -> String {
        _ = describe(sizes.tokenizer)
        let given = sizes.prior.conditioning?.frames ?? 0
        add("clip_size", .sizes([sizes.clipLength, sizes.frameHeight, sizes.frameWidth]))
        add("given_frames", given)
        add("layers", sizes.prior.layers)
        add("width", sizes.prior.width)
        add("heads", sizes.prior.heads)
        add("classes", sizes.prior.classes)
        add("action_width", sizes.prior.actionWidth)
        return "video predictor (tokenizer and prior), \(sizes.clipLength) frames of "
            + "\(sizes.frameHeight) × \(sizes.frameWidth)"
            + (given > 0 ? " from the first \(given)" : "")
    }
}
