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

/// Where clips come from; the same words in every command.
struct DataOptions: ParsableArguments {
    @Option(
        help:
            "A folder with train/, val/ and test/, a TFRecord or npy file, 'sample', or 'synthetic[:CLIPS]'."
    )
    var data = "sample"

    @Option(help: "Which camera of BAIR records: main or aux1.")
    var camera: Camera = .main

    func choice(seed: UInt64 = 0) -> DataChoice {
        let isMade = data == "sample" || data == "synthetic" || data.hasPrefix("synthetic:")
        return DataChoice(isMade ? data : absolutePath(data), camera: camera, seed: seed)
    }

    /// Opens a split, with a progress line while its clips are read.
    func open(_ split: Split, masks: MaskUse = .ifPresent, seed: UInt64 = 0) throws -> DataSet {
        try choice(seed: seed).open(split, masks: masks, showsProgress: true)
    }
}
