import GestaltData
import GestaltIO
import GestaltLabels
import GestaltMedia
import GestaltModels
import GestaltTensor

/// The reading of sources and the writing of their clips.
struct ImportWork {
    private let preparation: ImportPreparation
    private let folder: ImportFolder
    private let progress: ProgressHandler?
    private let painter: MaskPainter
    private var checksums: FileChecksums
    private var frameCount = 0
    /// What is wrong with sources that are not in the set.
    private(set) var problems: [ImportProblem] = []
    /// The number of sources that were read.
    private(set) var readCount = 0

    /// Frames that are encoded side by side.
    private static let batch = 8

    private var settings: ImportSettings { preparation.plan.settings }

    init(_ preparation: ImportPreparation, folder: ImportFolder, progress: ProgressHandler?) {
        self.preparation = preparation
        self.folder = folder
        self.progress = progress
        painter = MaskPainter(files: preparation.files.map { MaskPainter.File($0) })
        checksums = FileChecksums(path: folder.checksums)
    }

    /// Returns all sources of the import, those that are new after reading them.
    mutating func sources() throws -> [SetManifest.Source] {
        let before = Dictionary(
            (preparation.existing?.sources ?? []).map { ($0.key, $0) },
            uniquingKeysWith: { a, _ in a })
        var result: [SetManifest.Source] = []
        for index in preparation.sources.indices {
            let source = preparation.sources[index]
            let checksum: String
            do {
                let state = WorkProgress(done: frameCount, unit: "frames", note: source.name)
                checksum = try checksums.checksum(of: source.files) { [progress] in
                    try progress?(state)
                }
            } catch let error as FileFailure {
                problems.append(ImportProblem(error, path: error.path))
                continue
            }
            let key = key(of: index, checksum)
            let known = before[key].flatMap { folder.holds($0.shards) ? $0 : nil }
            if let entry = known ?? folder.source(key) {
                result.append(entry)
                continue
            }
            let entry = try read(index, checksum: checksum, key: key)
            // What failed may do so for reasons that are gone next time.
            if !entry.problems.contains(where: { $0.severity == .bad }) { try folder.keep(entry) }
            try checksums.save()
            result.append(entry)
            readCount += 1
        }
        try checksums.save()
        return result
    }

    /// Everything that the clips of a source depend on.
    private struct Ingredients: Codable {
        var version = SetManifest.currentVersion
        var name: String
        var kind: String
        var checksum: String
        var labels: String
        var sizing: FrameSizing
        var stride: Int
        var rate: Double?
        var clipLength: Int
        var splits: SplitBlocks
    }

    private func key(of index: Int, _ checksum: String) -> String {
        let source = preparation.sources[index]
        let ingredients = Ingredients(
            name: source.name, kind: source.kind, checksum: checksum,
            labels: preparation.labels[index].fingerprint(preparation.files),
            sizing: settings.sizing, stride: settings.stride, rate: settings.rate,
            clipLength: settings.clipLength, splits: preparation.splits[index])
        // Only a rate that is not finite could not be encoded, and settings are validated.
        let text = (try? StrictJSON.encode(ingredients)) ?? []
        return SHA256.hexadecimal(of: String(decoding: text, as: UTF8.self))
    }

    private mutating func read(
        _ index: Int, checksum: String, key: String
    ) throws -> SetManifest.Source {
        let source = preparation.sources[index]
        let splits = preparation.splits[index]
        let labels = preparation.labels[index]
        var painter = painter
        painter.instances = InstanceIDs(labels, painter.files)
        let writer = SourceWriter(
            name: source.name, key: key, folder: folder.finished, splits: splits,
            clipLength: settings.clipLength, instanceCategories: painter.instances.categories)
        var findings = SourceFindings(labels, settings: settings, files: preparation.files)
        let frames = ReadingAhead(try source.frames(settings), batch: Self.batch)
        defer { frames.finish() }
        while true {
            let items = try frames.next()
            guard !items.isEmpty else { break }
            let (sizing, batch) = (settings.sizing, items)
            let encoded = try concurrentMap(count: items.count) { [painter] place in
                try FrameEncoding(batch[place], labels, painter, sizing)
            }
            for frame in encoded { try findings.add(frame, to: writer) }
            frameCount += items.count
            try report(source.name)
        }
        let shards = try writer.finish()
        findings.finish(source, painter.instances)
        return SetManifest.Source(
            name: source.name, path: source.path, kind: source.kind, checksum: checksum, key: key,
            splits: splits, shards: shards, problems: findings.problems,
            frameNames: source.frameNames)
    }

    private func report(_ note: String) throws {
        try progress?(WorkProgress(done: frameCount, unit: "frames", note: note))
    }
}

/// A frame with its mask in the size of the set, as PNG, or what is wrong with it.
private struct FrameEncoding: Sendable {
    /// Nil for a frame that cannot be read.
    var frame: EncodedFrame?
    var problems: [ImportProblem] = []

    init(
        _ item: SourceItem, _ labels: SourceLabels, _ painter: MaskPainter, _ sizing: FrameSizing
    ) throws {
        guard case .frame(let source) = item else {
            if case .problem(let problem) = item { problems = [problem] }
            return
        }
        let (height, width) = (source.pixels.shape[0], source.pixels.shape[1])
        guard let size = FrameSize(height: height, width: width) else {
            problems = [
                ImportProblem(
                    .bad, path: source.path, place: source.place,
                    "a frame of \(height) × \(width) pixels")
            ]
            return
        }
        let steps = sizing.steps(from: size)
        let picture = steps.reduce(source.pixels) { $1.applied(toFrames: $0) }
        let painted = labels.frames[source.number].flatMap { entries in
            painter.labels(
                entries, size: PictureSize(height: height, width: width), path: source.path,
                problems: &problems)
        }
        let sized = painted?.map { mask in steps.reduce(mask) { $1.applied(toMasks: $0) } }
        func encoded(_ ids: Tensor<UInt8>) throws -> [UInt8] {
            try PNG.encodeIndices(ids, compression: 6, name: source.path)
        }
        frame = EncodedFrame(
            number: source.number, time: source.time,
            size: FrameSize(height: picture.shape[0], width: picture.shape[1]) ?? size,
            // Fast: sets are written once, and read often.
            picture: try PNG.encode(picture, compression: 1, name: source.path),
            mask: try (sized?.categories).map(encoded),
            instances: try (sized?.instances).map(encoded))
    }
}

/// What comes up while a source is read.
private struct SourceFindings {
    private let labels: SourceLabels
    private let settings: ImportSettings
    private let files: [ReadLabelFile]
    private var seen: Set<Int> = []
    private var last: Int?
    /// The largest distance between frames that were taken.
    private var distance = 1
    private(set) var problems: [ImportProblem] = []

    init(_ labels: SourceLabels, settings: ImportSettings, files: [ReadLabelFile]) {
        self.labels = labels
        self.settings = settings
        self.files = files
    }

    mutating func add(_ encoding: FrameEncoding, to writer: SourceWriter) throws {
        problems += encoding.problems
        guard let frame = encoding.frame else { return try writer.endClips() }
        if labels.frames[frame.number] != nil { seen.insert(frame.number) }
        if let last { distance = max(distance, frame.number - last) }
        last = frame.number
        try writer.append(frame)
    }

    /// Reports the labels of frames that did not come up, and objects that masks have no id for.
    mutating func finish(_ source: any ImportSource, _ instances: InstanceIDs) {
        if instances.overflow > 0 {
            problems.append(
                ImportProblem(
                    .note, path: source.path,
                    "more than \(InstanceIDs.limit) objects in a frame: \(instances.overflow) "
                        + "are not told apart"))
        }
        let missing = labels.frames.keys.filter { !seen.contains($0) }.sorted()
        let isThinned = settings.stride > 1 || settings.rate != nil
        let end = source.frameCount ?? last.map { $0 + 1 } ?? 0
        // The film may go on behind the last frame that was taken, up to where one would be.
        let thinned = missing.filter { isThinned && $0 < end + distance - 1 }
        if !thinned.isEmpty {
            problems.append(
                ImportProblem(
                    .note, path: source.path,
                    "\(plural(thinned.count, "labeled frame")) not among those taken, such as "
                        + "frame \(thinned[0])"))
        }
        for number in missing where !thinned.contains(number) {
            let reason =
                number < end ? "labels of a frame that cannot be read" : beyond(source, number, end)
            for entry in labels.frames[number] ?? [] {
                problems.append(
                    ImportProblem(
                        .bad, path: files[entry.file].path, place: entry.picture.place, reason))
            }
        }
    }

    /// Returns what is wrong with labels of a frame that the source does not have.
    /// - Parameter end: the number of its frames.
    private func beyond(_ source: any ImportSource, _ number: Int, _ end: Int) -> String {
        guard end > 0 else { return "no frame of \(source.name) can be read" }
        let hint =
            number == end && settings.firstNumber == 0
            ? "; do the numbers begin at 1 (--first-number 1)?" : ""
        return "\(source.name) ends with frame \(end - 1)\(hint)"
    }
}
