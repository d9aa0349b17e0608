import Foundation
import GestaltMedia
import GestaltTensor

/// Clips kept as pictures: one folder of frames, a tree of folders of them, or animated pictures.
///
/// Frames are taken in natural order of their names. Masks, where there are any, lie in a folder
/// `masks` beside the clips and under the same names: `root/clip3/7.jpg` has its labels in
/// `root/masks/clip3/7.png`, and in a flat folder `root/7.jpg` in `root/masks/7.png`. Clips may lie
/// deeper (`root/cam1/clip3/7.jpg`), and frames in a folder `images` beside `masks`. Masks are
/// pictures whose values are the ids, see ``LabelCoding``; frames without one are unlabeled.
///
/// A frame that cannot be read is left out with a remark, and its clip becomes two, so that no
/// window spans the gap and masks stay with their frames.
public struct FrameFolderClips: ClipSource {
    private let root: String
    private let options: ClipOptions
    private let items: [Item]
    public let remarks: [String]

    /// The interpretation of masks that was decided for the whole set.
    public let labelCoding: LabelCoding?

    /// Lists the clips; frames are read when asked for.
    ///
    /// - Throws: `ClipError` when the folder has no pictures, `MediaError` for a broken mask.
    public init(path: String, options: ClipOptions = ClipOptions()) throws {
        let tree = try FrameTree(path)
        guard !tree.clips.isEmpty else {
            // Where films are read, only files that hold something else are skipped.
            let advice = ClipFileKind.filmAdvice ?? "what is named as a film is none"
            let remarks = (tree.remarks + (tree.holdsFilms ? [advice] : []))
                .map { "; \($0)" }.joined()
            throw ClipError.notFound(
                path: path,
                expected: "pictures, or folders of them ("
                    + Image.pathExtensions.joined(separator: ", ")
                    + ")\(ClipFileKind.acceptedFilms), or TFRecord, npy, npz or safetensors files",
                found: Folder.isFile(path) ? "a file" : try Folder.summary(path) + remarks)
        }
        root = path
        self.options = options
        labelCoding =
            options.masks == .ignored
            ? nil : try options.coding ?? .decided(options.ignore, at: path)
        let (items, remarks) = try Self.items(of: tree, options)
        self.items = items
        self.remarks = tree.remarks + remarks
    }

    /// A clip: a folder or picture, or a clip of a file that another module reads.
    private enum Item: Sendable {
        case entry(FrameTree.Entry)
        case part(any ClipSource, index: Int)
    }

    /// The clips of a tree, files of several clips opened; those that cannot be read are left out
    /// with a remark, unless they are all there is.
    private static func items(
        of tree: FrameTree, _ options: ClipOptions
    ) throws -> (items: [Item], remarks: [String]) {
        var (items, remarks): ([Item], [String]) = ([], [])
        for entry in tree.clips where items.count < options.limit ?? .max {
            guard let kind = entry.fileKind else {
                items.append(.entry(entry))
                continue
            }
            do {
                let source = try kind.open(
                    entry.folder + "/" + entry.files[0], entry.name, options)
                items += (0..<source.count).map { .part(source, index: $0) }
                remarks += source.remarks
            } catch  where tree.clips.count > 1 {
                remarks.append("\(error); the file is left out")
            }
        }
        return (Array(items.prefix(options.limit ?? .max)), remarks)
    }

    public var count: Int { items.count }

    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }

    public var description: String { "\(count) clips of pictures in \(root)" }

    /// - Throws: `ClipError` when frames and masks do not fit together, or a frame cannot be read.
    public func clip(at index: Int) throws -> Clip {
        let pieces = try pieces(at: index)
        guard pieces.clips.count == 1, pieces.remarks.isEmpty else {
            throw ClipError.unreadable(
                path: place(index), reason: pieces.remarks.joined(separator: "; "))
        }
        return pieces.clips[0]
    }

    /// The folder or the file of a clip.
    private func place(_ index: Int) -> String {
        switch items[index] {
        case .entry(let entry): entry.folder
        case .part(let source, _): source.description
        }
    }

    public func pieces(at index: Int) throws -> ClipPieces {
        switch items[index] {
        case .part(let source, let part): return try source.pieces(at: part)
        case .entry(let entry):
            return entry.isAnimation ? animation(entry) : try pictures(entry)
        }
    }

    /// The frames of a folder; clips end where one cannot be read.
    private func pictures(_ entry: FrameTree.Entry) throws -> ClipPieces {
        var warnings: [MediaWarning] = []
        var result = ClipPieces(clips: [])
        var run = FrameRun()
        func close() throws {
            guard !run.frames.isEmpty else { return }
            result.clips.append(try clip(run, of: entry))
            run = FrameRun()
        }
        let files = entry.files.prefix(mostFiles)
        result.isCut = files.count < entry.files.count
        for (number, file) in files.enumerated() {
            let path = entry.folder + "/" + file
            if run.frames.isEmpty { run.first = number }
            do {
                let (frame, before) = try frame(path, &warnings)
                if let size = run.frames.first?.shape, size != frame.shape {
                    throw ClipError.mismatchedShapes(
                        path: path,
                        expected: "\(size[0]) × \(size[1]) pixels like the frames before (--size "
                            + "makes all alike)", found: "\(frame.shape[0]) × \(frame.shape[1])")
                }
                result.sizes.insert(before)
                run.frames.append(frame)
                run.sizes.append(before)
            } catch let error as MediaError {
                result.remarks.append("\(error); the frame is left out")
                try close()
            }
        }
        try close()
        if result.clips.count > 1 { name(&result.clips) }
        result.remarks += warnings.map(\.description)
        return result
    }

    /// Frames beyond these are not looked at.
    private var mostFiles: Int {
        guard let frames = options.frames else { return .max }
        return frames.multipliedReportingOverflow(by: options.stride).partialValue
    }

    /// The frames of one file; none, with a remark, where it cannot be read.
    private func animation(_ entry: FrameTree.Entry) -> ClipPieces {
        let path = entry.folder + "/" + entry.files[0]
        var warnings: [MediaWarning] = []
        do {
            let animation = try Image.readFrames(path, as: .rgb, warnings: &warnings)
            let clip = Clip(
                name: entry.name, frames: animation.frames,
                timeline: ClipTimeline(seconds: animation.seconds))
            var result = ClipPieces(
                clips: [clip.applying(options.sizing.steps(from: FrameSize(clip)))],
                remarks: warnings.map(\.description))
            result.sizes = [FrameSize(clip)]
            return result
        } catch {
            return ClipPieces(clips: [], remarks: ["\(error); the clip is left out"])
        }
    }

    /// The frame in the size it is wanted in, and the size that it had.
    private func frame(
        _ path: String, _ warnings: inout [MediaWarning]
    ) throws -> (Tensor<UInt8>, FrameSize) {
        let picture = try Image.read(path, as: .rgb, warnings: &warnings)
        let size = FrameSize(picture.shape[0], picture.shape[1])
        let steps = options.sizing.steps(from: size)
        return (steps.reduce(picture) { $1.applied(toFrames: $0) }, size)
    }

    /// Frames read one after the other without a gap.
    private struct FrameRun {
        var frames: [Tensor<UInt8>] = []
        /// Sizes that the frames had.
        var sizes: [FrameSize] = []
        /// The number of the first one.
        var first = 0
    }

    private func clip(_ run: FrameRun, of entry: FrameTree.Entry) throws -> Clip {
        let files = Array(entry.files[run.first..<(run.first + run.frames.count)])
        return Clip(
            name: entry.name.isEmpty ? Folder.name(root) : entry.name,
            frames: stacked(run.frames, axis: 0),
            masks: try masks(of: files, sizes: run.sizes, in: entry.masks))
    }

    /// Pieces of one clip are numbered.
    private func name(_ clips: inout [Clip]) {
        for index in clips.indices { clips[index].name += " (part \(index + 1))" }
    }

    /// The masks of frames, planes of ``Clip/ignoredLabel`` for those without one.
    private func masks(
        of files: [String], sizes: [FrameSize], in folder: String?
    ) throws -> Tensor<UInt8>? {
        guard options.masks != .ignored, let coding = labelCoding, let folder else { return nil }
        let named = Dictionary(
            try Folder.contents(folder).files.filter(FrameTree.isPicture)
                .map { (Folder.stem($0), $0) },
            uniquingKeysWith: { Folder.ending($1) == "png" ? $1 : $0 })
        let planes = try zip(files, sizes).map { file, size in
            guard let name = named[Folder.stem(file)] else {
                return Tensor<UInt8>(
                    repeating: Clip.ignoredLabel, shape: [size.height, size.width])
            }
            let path = folder + "/" + name
            let mask = try MaskFiles.values(path)
            guard mask.count == size.height * size.width, mask.shape[0] == size.height else {
                throw ClipError.mismatchedShapes(
                    path: path, expected: "\(size) pixels like its frame",
                    found: "\(mask.shape[0]) × \(mask.shape[1])")
            }
            return try coding.ids(mask, path: path, classes: options.fileClasses)
                .reshaped([size.height, size.width])
        }
        return stacked(
            zip(planes, sizes).map { plane, size in
                options.sizing.steps(from: size).reduce(plane) { $1.applied(toMasks: $0) }
            }, axis: 0)
    }
}
