import ArgumentParser
import Foundation
import GestaltData
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

extension VideoLayout: ExpressibleByArgument {}
extension PixelRange: ExpressibleByArgument {}

/// How clips are read; the same words in every command.
struct ReadingOptions: ParsableArguments {
    @Option(help: "Which camera of BAIR records: main or aux1.")
    var camera: Camera = .main
    @Option(
        help: ArgumentHelp(
            "The array of clips in an npz or safetensors file of several; by default the first of "
                + ArrayOptions.usualNames.joined(separator: ", ") + ".", valueName: "name"))
    var key: String?
    @Option(
        help: ArgumentHelp(
            "The axes of an array where its shape does not decide: b clips, t frames, h, w, c "
                + "channels, as in bthwc, tchw, bcthw, thw.", valueName: "axes"))
    var layout: VideoLayout?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Black and white of an array where its numbers do not decide: 0..1, -1..1, -0.5..0.5, "
                + "0..255, 0..65535.", valueName: "low..high"))
    var range: PixelRange?

    /// Nil when nothing is chosen.
    var arrays: ArrayOptions? {
        let chosen = ArrayOptions(key: key, layout: layout, range: range)
        return chosen == ArrayOptions() ? nil : chosen
    }

    /// Clips as inputs, without masks.
    var options: ClipOptions {
        ClipOptions(camera: camera, masks: .ignored, arrays: arrays ?? ArrayOptions())
    }
}

/// Where clips come from; the same words in every command.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            "A folder with train/, val/ and test/, a TFRecord, npy, npz or safetensors file, 'sample', or 'synthetic[:CLIPS]'."
    )
    var data = "sample"

    @OptionGroup var reading: ReadingOptions

    func choice(seed: UInt64 = 0) -> DataChoice {
        let isMade = data == "sample" || data == "synthetic" || data.hasPrefix("synthetic:")
        var choice = DataChoice(
            isMade ? data : absolutePath(data), camera: reading.camera, seed: seed)
        choice.arrays = reading.arrays
        return choice
    }

    /// Opens a split, with a progress line while its clips are read.
    func open(_ split: Split, masks: MaskUse = .ifPresent, seed: UInt64 = 0) throws -> DataSet {
        let set = try choice(seed: seed).open(split, masks: masks, showsProgress: true)
        set.remarks.forEach(remark)
        return set
    }
}
