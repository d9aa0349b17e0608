import ArgumentParser
import Foundation
import GestaltData
import GestaltFiles
import GestaltIO
import GestaltMedia
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
            to the first frames that they read: [B, slots, h, w, channels]. All but codes are \
            float32. A single image is repeated to the frames of the tokenizer's first slot.
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
    @Option(
        help: "The file to write: .npy, .npz or .safetensors; may be omitted with --pca.",
        completion: .file())
    var output: String?
    @Option(
        help: ArgumentHelp(
            """
            Write a picture (.png, .jpg) with a row for each clip: its first frame, and the three \
            principal components of its latents as colors.
            """, valueName: "picture"),
        completion: .file())
    var pca: String?
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
        guard output != nil || pca != nil else {
            throw ValidationError("--output names the file of the latents, --pca a picture of them")
        }
    }

    func run() throws {
        if let output { try checkOutput(output, pictures: false) }
        if let pca { try checkPictureOutput(pca, option: "--pca") }
        let source = try FeatureSources.source(named: source, on: opened())
        let input = try reading.input(
            input, for: source.frameTarget, usualFit: model.usualFit, clips: clips,
            frames: source.frameCount)
        let features = try features(by: source, of: input)
        features.remarks.forEach(common.remark)
        switch features.values {
        case .numbers(let clip):
            let parts = try eachClip(features.count, clip)
            try write(parts, name: "\(self.source)", type: "float32")
            if let pca { try draw(parts, of: input, to: pca) }
        case .codes(let clip):
            guard pca == nil else {
                throw ValidationError("--pca draws latents; \(self.source) are numbers of codes")
            }
            try write(try eachClip(features.count, clip), name: "codes", type: "int32")
        }
    }

    private func draw(_ parts: [Tensor<Float>], of input: VideoInput, to path: String) throws {
        let frames = input.video.selected(0, axis: 1).pixelBytes()
        let sheet = try LatentSheet(of: frames, latents: concatenated(parts, axis: 0))
        try Image.write(sheet.picture, to: path)
        let shares = sheet.colors.shares.map { String(format: "%.0f %%", 100 * $0) }
        print("\(path): red, green and blue are \(shares.joined(separator: ", ")) of the variance")
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

    private func features(
        by source: any FeatureSource, of input: VideoInput
    ) throws -> ClipFeatures {
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
        guard let output else { return }
        let features = concatenated(parts, axis: 0)
        try ArrayFile.write(features, name: name, to: output)
        print("\(output): \(type) \(features.shape)")
    }

    private func eachClip<Scalar>(
        _ count: Int, _ body: (Int) throws -> Tensor<Scalar>
    ) throws -> [Tensor<Scalar>] {
        for path in [output, pca].compactMap({ $0 }) { try beginWork(path) }
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
        return helpText(of: FeatureSources.registry.all.flatMap { $0.forms }, option: "--source")
    }
}
