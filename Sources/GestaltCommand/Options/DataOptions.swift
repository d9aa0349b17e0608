import ArgumentParser
import Foundation
import GestaltData
import GestaltRecipes
import GestaltTensor
import GestaltTraining

extension Camera: ExpressibleByArgument {}

extension Split: ExpressibleByArgument {
    /// Parses a split's name, or the name of its folder: `validation` and `val` are the same.
    public init?(argument: String) {
        guard
            let split = Self.allCases.first(where: { [$0.rawValue, $0.folder].contains(argument) })
        else { return nil }
        self = split
    }

    public static var allValueStrings: [String] { allCases.map(\.folder) }
}

/// Returns an absolute path: recipes store these, so that a run can be resumed from another folder.
func absolutePath(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

/// The source of clips; the same options in every command.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            """
            A folder with train/, val/ and test/, a film, a TFRecord, npy, npz or safetensors \
            file, 'sample', or 'synthetic[:CLIPS]'.
            """,
        completion: .file()
    )
    var data = "sample"

    @OptionGroup var reading: ReadingOptions
    @Option(
        help: ArgumentHelp(
            "For data without splits, the fraction of clips held out for evaluation: 0.2.",
            valueName: "share"))
    var holdout: Double?
    @Option(help: "Use at most the first N clips of a split.") var limit: Int?
    @Option(
        help: ArgumentHelp(
            "Memory for decoded clips, such as 512M or 4G; clips of a larger set are read when needed. A quarter of the free memory by default.",
            valueName: "size"))
    var cache: String?

    func validate() throws {
        if let cache {
            guard let bytes = Runtime.byteCount(cache) else {
                throw ValidationError(
                    "--cache is a number of bytes, or a number with K, M or G, not '\(cache)'")
            }
            // Of the whole process, and no part of a recipe: it changes how long reading takes, not
            // what is read.
            ClipCache.shared.limit = bytes
        }
        if let holdout, !(holdout > 0 && holdout < 1) {
            throw ValidationError("--holdout is a fraction above 0 and below 1, not \(holdout)")
        }
        if let limit, limit < 1 { throw ValidationError("--limit must be positive") }
    }

    func choice(seed: UInt64 = 0) -> DataChoice {
        var choice = reading.choice(of: data, seed: seed)
        choice.holdout = holdout
        choice.limit = limit
        return choice
    }

    /// Opens a split, with a progress line while its clips are read, and prints remarks about it.
    ///
    /// - Parameters:
    ///   - classes: of the model that masks are for; they then hold its classes.
    ///   - target: the frame sizes that a model accepts; nil for any.
    ///   - frames: the minimum number of frames of a clip; shorter ones are omitted.
    ///   - quiet: whether to hide the progress line.
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
