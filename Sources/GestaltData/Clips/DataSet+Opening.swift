import Foundation
import GestaltFiles
import GestaltIO

extension DataSet {
    /// Opens data by the name that a person types.
    ///
    /// - the name of a registered ``DataScheme``, such as `sample` or `synthetic:32` of
    ///   GestaltRobotPush;
    /// - a path of data in a registered ``DataFormat``, such as the sets of GestaltImport;
    /// - a path: a folder with `train/`, `val/` and `test/`; or one folder of TFRecord shards, of
    ///   npy, npz or safetensors files, of pictures, or of files of a registered ``ClipFileKind``
    ///   such as films, or a single such file. Without folders of splits every split is the whole
    ///   set (``Scope/whole``), unless `options.holdout` keeps some clips out of training.
    ///
    /// - Throws: `ClipError`, or `MediaError` and `FileError` for files that are damaged.
    public static func open(
        _ location: String, split: Split = .train, options: ClipOptions = ClipOptions(),
        seed: UInt64 = 0, progress: ProgressHandler? = nil
    ) throws -> DataSet {
        if let scheme = DataScheme.scheme(of: location) {
            return try scheme.open(location, split, options, seed, progress)
        }
        if let format = DataFormat.format(of: location) {
            return try open(
                location, in: format, split: split, options: options, progress: progress)
        }
        var options = options
        // Decided over all splits: one of them may lack the ids that tell what 255 means.
        if options.masks != .ignored, options.coding == nil {
            options.coding = try .decided(options.ignore, at: location)
        }
        let set = try files(location, split: split, options: options, progress: progress)
        if options.masks == .required, set.labeledFrameCount == 0 {
            let files = try MaskFiles.found(at: location)
            throw ClipError.missingMasks(
                clip: set.name,
                reason: files.first.map {
                    "no mask is named like a frame and has a pixel that is not ignored (\($0))"
                }
                    ?? "frames' masks belong in a folder masks, under the frames' names")
        }
        return set
    }

    /// As ``open(_:split:options:seed:progress:)`` for one camera.
    public static func open(
        _ location: String, split: Split = .train, camera: Camera, seed: UInt64 = 0
    ) throws -> DataSet {
        try open(location, split: split, options: ClipOptions(camera: camera), seed: seed)
    }

    /// Whether data at a location come in splits; those of a ``DataScheme`` do.
    ///
    /// - Throws: `ClipError` when nothing is there.
    public static func hasSplits(_ location: String) throws -> Bool {
        if isNamed(location) { return true }
        if let format = DataFormat.format(of: location) {
            return try !format.splits(location).isEmpty
        }
        return try !SplitPlace.splits(at: location).isEmpty
    }

    /// Whether `location` names a ``DataScheme``, not a path.
    public static func isNamed(_ location: String) -> Bool {
        DataScheme.scheme(of: location) != nil
    }

    /// The clips of files, all of a split or those that a holdout leaves.
    private static func files(
        _ location: String, split: Split, options: ClipOptions, progress: ProgressHandler?
    ) throws -> DataSet {
        guard let share = options.holdout else {
            let place = try SplitPlace(location, split)
            var set = try load(place, split: split, options: options, progress: progress)
            if !place.isSplit { set.scope = .whole }
            return set
        }
        let place = try SplitPlace(location, .train)
        if place.others.contains(.validation) {
            throw ClipError.notFound(
                path: location, expected: "no validation clips (--holdout makes them)",
                found: "a split val")
        }
        if split == .test, place.others.contains(.test) {
            return try load(
                SplitPlace(location, split), split: split, options: options, progress: progress)
        }
        let source = try source(at: place, options: options, progress: progress)
        guard let parts = Holdout.split(count: source.count, share: share) else {
            throw ClipError.notFound(
                path: place.path, expected: "two clips or more, to hold one out (--holdout)",
                found: "\(source.count)")
        }
        var set = try load(
            source, indices: split == .train ? parts.train : parts.held, options: options,
            name: place.path, split: split)
        set.remarks.append(
            "\(place.path): \(parts.held.count) of \(source.count) clips are held out of training")
        set.scope = split == .train ? .split : .heldOut
        return set
    }

    private static func load(
        _ place: SplitPlace, split: Split, options: ClipOptions, progress: ProgressHandler?
    ) throws -> DataSet {
        let source = try source(at: place, options: options, progress: progress)
        return try load(
            source, options: options, name: place.path, split: split,
            // Records are read when they are opened, and have said how far they are.
            progress: source is RecordClips ? nil : progress)
    }

    static func source(
        at place: SplitPlace, options: ClipOptions, progress: ProgressHandler?
    ) throws -> any ClipSource {
        let path = place.path
        let isFile = Folder.isFile(path)
        let names = isFile ? [path] : try Folder.contents(path).files
        if names.contains(where: RecordClips.isShard) || (isFile && RecordClips.isRecord(path)) {
            return try RecordClips(
                path: path, files: place.files, options: options, progress: progress)
        }
        if names.contains(where: ArrayFile.isOne) {
            return try NPYClips(path: path, options: options)
        }
        if isFile, let kind = ClipFileKind.kind(of: path) {
            return try kind.open(path, PathParts.stem(path), options)
        }
        if isFile, try !FileKind(of: path).isPicture {
            throw ClipError.notFound(
                path: path,
                expected: "a folder\(ClipFileKind.acceptedFilms), or a TFRecord, npy, npz or "
                    + "safetensors file" + (ClipFileKind.filmAdvice.map { " (\($0))" } ?? ""),
                found: try FileKind(of: path).description)
        }
        return try FrameFolderClips(path: path, options: options)
    }
}
