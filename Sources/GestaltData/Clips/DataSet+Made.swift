import Foundation

// Data without files of the user's.
extension DataSet {
    static func sample(
        split: Split, options: ClipOptions, progress: LoadingProgress?
    ) throws -> DataSet {
        try requireNoHoldout("sample", options)
        let name = split.folder + ".tfrecords.gz"
        let folder = try SampleFolder.path()
        guard Folder.isFile(folder + "/" + name) else {
            throw ClipError.noSplit(path: "sample", split: split, found: [.train, .test])
        }
        let clips = try RecordClips(
            path: folder + "/" + name, options: options, progress: progress)
        return try load(clips, options: options, name: "sample", split: split)
    }

    static func synthetic(
        _ location: String, split: Split, options: ClipOptions, seed: UInt64,
        progress: LoadingProgress?
    ) throws -> DataSet {
        try requireNoHoldout(location, options)
        let number = location.split(separator: ":", omittingEmptySubsequences: false).dropFirst()
        guard
            let count = number.isEmpty
                ? syntheticClips : number.count == 1 ? Int(number.first ?? "") : nil,
            count > 0
        else {
            throw ClipError.notFound(
                path: location, expected: "synthetic or synthetic:CLIPS, CLIPS a positive number",
                found: "'\(location)'")
        }
        var configuration = RobotPushGenerator.Configuration()
        (configuration.height, configuration.width) = (options.height, options.width)
        // Splits must not share clips: each has a seed of its own.
        let salt = UInt64(Split.allCases.firstIndex(of: split) ?? 0)
        let generator = RobotPushGenerator(
            seed: seed &* 4 &+ salt, configuration: configuration)
        let made = try load(
            SyntheticClips(count: min(count, options.limit ?? .max), generator: generator),
            options: options, name: "synthetic, seed \(seed)", split: split, progress: progress)
        guard options.masks == .ignored else { return made }
        return made.with(
            clips: made.clips.map {
                Clip(
                    name: $0.name, frames: $0.frames, actions: $0.actions,
                    positions: $0.positions)
            })
    }

    private static func requireNoHoldout(
        _ location: String, _ options: ClipOptions
    ) throws(ClipError) {
        guard options.holdout == nil else {
            throw .notFound(
                path: location, expected: "files, to hold clips out (--holdout)",
                found: "clips that come in splits")
        }
    }
}
