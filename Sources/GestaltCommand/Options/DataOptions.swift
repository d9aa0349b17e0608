import ArgumentParser
import Foundation
import GestaltData
import GestaltRecipes
import GestaltTraining

extension Camera: ExpressibleByArgument {}

extension Split: ExpressibleByArgument {
    /// By name, or by the name of the folder: `validation` and `val` are the same.
    public init?(argument: String) {
        guard
            let split = Self.allCases.first(where: { [$0.rawValue, $0.folder].contains(argument) })
        else { return nil }
        self = split
    }

    public static var allValueStrings: [String] { allCases.map(\.folder) }
}

/// A path that means the same from any folder: recipes keep such ones, so that a run can be resumed
/// from elsewhere.
func absolutePath(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

/// Where clips come from; the same words in every command.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            "A folder with train/, val/ and test/, a TFRecord, npy, npz or safetensors file, 'sample', or 'synthetic[:CLIPS]'.",
        completion: .file()
    )
    var data = "sample"

    @OptionGroup var reading: ReadingOptions
    @Option(
        help: ArgumentHelp(
            "Of data without splits, keep this share of the clips out of training and score on them: 0.2.",
            valueName: "share"))
    var holdout: Double?
    @Option(help: "Use at most N clips of a split, from the first.") var limit: Int?

    func validate() throws {
        if let holdout, !(holdout > 0 && holdout < 1) {
            throw ValidationError("--holdout is a share above 0 and below 1, not \(holdout)")
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be positive") }
    }

    func choice(seed: UInt64 = 0) -> DataChoice {
        var choice = DataChoice(
            DataSet.isNamed(data) ? data : absolutePath(data), camera: reading.camera, seed: seed)
        choice.arrays = reading.arrays
        choice.sizing = reading.sizing
        choice.rawSize = reading.rawSize
        choice.stride = reading.stride
        choice.holdout = holdout
        choice.limit = limit
        return choice
    }

    /// Opens a split, with a progress line while its clips are read, and prints what is remarkable
    /// about it.
    ///
    /// - Parameters:
    ///   - classes: of the model that masks are for; they hold its classes then.
    ///   - target: the sizes of frames that a model takes; nil for any.
    ///   - frames: how many frames a clip needs; shorter ones are left out.
    ///   - quiet: whether the progress line is left out.
    func open(
        _ split: Split, masks: MaskUse = .ifPresent, labels: LabelOptions? = nil,
        classes: Int? = nil, seed: UInt64 = 0, for target: FrameTarget? = nil, frames: Int = 1,
        quiet: Bool = false
    ) throws -> DataSet {
        let choice = choice(seed: seed)
        var set = try (labels?.applied(to: choice) ?? choice)
            .open(split, masks: masks, classes: classes, showsProgress: !quiet)
        if let target { set = try set.fitted(to: target, reading.fit) }
        set = try set.longEnough(for: frames)
        set.remarks.forEach(remark)
        if let classes { set.labelRemarks(classes: classes).forEach(remark) }
        if set.scope == .whole, split != .train {
            remark("\(data): no splits: all its clips are taken for --split \(split.folder)")
        }
        return set
    }
}
