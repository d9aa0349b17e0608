import ArgumentParser
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltTensor

/// `gestalt features`: latents of clips.
struct Features: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write latents of clips, or of their first frames.",
        discussion: """
            \(sources)
            Other encoders of train head --encoder are applied to the first frame of each clip, or \
            to the first frames that they read: [B, slots, h, w, channels]. All but codes are float32. A single image is repeated to \
            the frames of the tokenizer's first slot.
            Without --model the latents are those of robot-push-small, trained on rendered clips of \
            a robot arm that pushes objects in a bin: of its encoder (dense, the default) or its \
            predictor; other frame sizes are then resized. Encoders that need no model use none.
            """)

    @OptionGroup var model: UsualModelOptions
    @Option(help: ArgumentHelp("The latents, see above; dense by default.", valueName: "name"))
    var source: ComponentName = "dense"
    @Option(
        help: "npy, npz or safetensors [B,] T, H, W, 3; a TFRecord; a folder of frames.",
        completion: .file())
    var input: String
    @Option(help: "Use at most N clips.", transform: positive) var clips: Int?
    @OptionGroup var conditions: ConditionOptions
    @OptionGroup var reading: ReadingOptions
    @Option(help: "The file to write: .npy, .npz or .safetensors.", completion: .file())
    var output: String
    @OptionGroup(title: "Common options") var common: CommonOptions

    static let flags = ConditionOptions.flags.merging([
        "frames": "--input", "query": "--source", "encoder": "--source",
        "hidden": "--source prior:hidden:L", "resnet": "--source resnet:K",
        "codes, frames, class and actions": "--input and --actions",
    ]) { $1 }

    func validate() throws {
        do {
            try FeatureSources.validate(source)
        } catch {
            throw ValidationError("--source \(source): \(error)")
        }
    }

    func run() throws {
        try checkOutput(output, pictures: false)
        let features = try features(of: try FeatureSources.source(named: source, on: opened()))
        features.remarks.forEach(common.remark)
        switch features.values {
        case .numbers(let clip):
            try write(try eachClip(features.count, clip), name: "\(source)", type: "float32")
        case .codes(let clip):
            try write(try eachClip(features.count, clip), name: "codes", type: "int32")
        }
    }

    /// Returns the model of `--model`, or the pre-trained one with these latents; nil for an
    /// encoder that needs none.
    private func opened() throws -> OpenedModel? {
        let use = ModelUse(latents: source)
        guard model.model != nil || PretrainedModels.usual(for: use) != nil else {
            guard FeatureSources.needsModel(source) else { return nil }
            throw ValidationError("--source \(source) requires --model")
        }
        return try model.open(for: use, common)
    }

    private func features(of source: any FeatureSource) throws -> ClipFeatures {
        let input = try reading.input(
            input, for: source.frameTarget, usualFit: model.usualFit, clips: clips,
            frames: source.frameCount)
        var conditions = FeatureConditions {
            guard !Interruption.process.isRequested else { throw ExitCode(Ending.interrupted) }
        }
        if FeatureSources.isConditioned(self.source) {
            conditions.label = self.conditions.label
            conditions.actions = try self.conditions.actions.map(readActions)
        }
        return try source.features(of: input, conditions)
    }

    private func write<Scalar: StoredScalar>(
        _ parts: [Tensor<Scalar>], name: String, type: String
    ) throws {
        let features = concatenated(parts, axis: 0)
        try ArrayFile.write(features, name: name, to: output)
        print("\(output): \(type) \(features.shape)")
    }

    private func eachClip<Scalar>(
        _ count: Int, _ body: (Int) throws -> Tensor<Scalar>
    ) throws -> [Tensor<Scalar>] {
        try beginWork(output)
        let progress = common.progress("encoding", total: count, unit: "clips")
        defer { progress.finish() }
        return try (0..<count).map { clip in
            try stopIfAsked(progress)
            defer { progress.update(clip + 1) }
            return try body(clip)
        }
    }

    /// The forms of all registered sources, for help.
    private static var sources: String {
        BuiltIns.register()
        let lines = FeatureSources.registry.all.flatMap { $0.forms }.flatMap(helpLines)
        return lines.enumerated().map { ($0 == 0 ? "--source " : "         ") + $1 }
            .joined(separator: "\n")
    }

    /// Returns a form and its meaning in two columns.
    private static func helpLines(_ form: FeatureForm) -> [String] {
        let width = "tokenizer[:LATENTS]  ".count
        let margin = String(repeating: " ", count: width)
        var lines = form.lines.map { margin + $0 }
        if form.grammar.count + 2 <= width, let first = form.lines.first {
            lines[0] = form.grammar.padding(to: width) + first
        } else {
            lines.insert(form.grammar, at: 0)
        }
        return lines
    }
}

extension String {
    /// Returns the text with spaces at its end, up to a length.
    fileprivate func padding(to length: Int) -> String {
        self + String(repeating: " ", count: max(0, length - count))
    }
}
