import Foundation
import GestaltMedia
import GestaltTensor

/// Clips kept as pictures: a folder of folders of PNG or JPEG frames, or one folder of frames.
///
/// Frames are taken in natural order of their names. Masks, where there are any, lie in a folder
/// `masks` beside the clips and under the same names: `root/clip3/7.jpg` has its labels in
/// `root/masks/clip3/7.png`, and in a flat folder `root/7.jpg` in `root/masks/7.png`; grey or
/// palette PNGs whose values are the ids, see ``LabelCoding``. Frames without one are unlabeled.
public struct FrameFolderClips: ClipSource {
    private let root: String
    private let options: ClipOptions
    /// Folders below `root`; the empty name is `root` itself.
    private let names: [String]

    /// What was decided for the whole set's masks.
    public let labelCoding: LabelCoding?

    static let masksFolder = MaskFiles.folder

    /// Lists the clips; frames are read when asked for.
    ///
    /// - Throws: `ClipError` when the folder has no pictures, `MediaError` for a broken mask.
    public init(path: String, options: ClipOptions = ClipOptions()) throws {
        let (files, folders) = try Folder.contents(path)
        var names = files.contains(where: FrameFolderClips.isPicture) ? [""] : []
        if names.isEmpty {
            for folder in folders where folder != FrameFolderClips.masksFolder {
                let inside = try Folder.contents(path + "/" + folder).files
                if inside.contains(where: FrameFolderClips.isPicture) { names.append(folder) }
            }
        }
        guard !names.isEmpty else {
            throw ClipError.notFound(
                path: path, expected: "PNG or JPEG frames, or folders of them",
                found: try Folder.summary(path))
        }
        root = path
        self.options = options
        labelCoding =
            options.masks == .ignored
            ? nil : try options.coding ?? .decided(options.ignore, at: path)
        self.names = Array(names.prefix(options.limit ?? .max))
    }

    public var count: Int { names.count }

    public var labelMeaning: LabelMeaning { options.labelMeaning ?? .classes }

    public var description: String { "\(count) clips of pictures in \(root)" }

    /// - Throws: `ClipError` when frames and masks do not fit together, `MediaError` when a
    ///   picture cannot be read.
    public func clip(at index: Int) throws -> Clip {
        let name = names[index]
        let folder = name.isEmpty ? root : root + "/" + name
        let files = try Folder.contents(folder).files.filter(FrameFolderClips.isPicture)
        var pixels: [UInt8] = []
        var size: Shape?
        for file in files {
            let path = folder + "/" + file
            let picture = try Image.read(path, as: .rgb)
            if let size, size != picture.shape { throw mismatch(path, size, picture.shape) }
            size = picture.shape
            picture.withScalars { pixels += $0 }
        }
        guard let size else {
            throw ClipError.notFound(path: folder, expected: "frames", found: "none any more")
        }
        return Clip(
            name: name.isEmpty ? String(root.split(separator: "/").last ?? "") : name,
            frames: Tensor(shape: [files.count, size[0], size[1], 3], scalars: pixels),
            masks: try masks(of: name, files: files, size: size))
    }

    /// The masks of a clip, planes of ``Clip/ignoredLabel`` for frames without one.
    private func masks(of name: String, files: [String], size: Shape) throws -> Tensor<UInt8>? {
        guard options.masks != .ignored, let coding = labelCoding else { return nil }
        let folder = root + "/" + FrameFolderClips.masksFolder + (name.isEmpty ? "" : "/" + name)
        guard Folder.exists(folder) else { return nil }
        let pixels = size[0] * size[1]
        var labels: [UInt8] = []
        labels.reserveCapacity(files.count * pixels)
        for file in files {
            let path = folder + "/" + (file as NSString).deletingPathExtension + ".png"
            guard Folder.isFile(path) else {
                labels += repeatElement(Clip.ignoredLabel, count: pixels)
                continue
            }
            let mask = try MaskFiles.values(path)
            guard mask.shape[0] == size[0], mask.shape[1] == size[1], mask.count == pixels else {
                throw ClipError.mismatchedShapes(
                    path: path, expected: "\(size[0]) × \(size[1]) pixels like its frame",
                    found: "\(mask.shape[0]) × \(mask.shape[1])")
            }
            try coding.ids(mask, path: path, classes: options.fileClasses)
                .withScalars { labels += $0 }
        }
        return Tensor(shape: [files.count, size[0], size[1]], scalars: labels)
    }

    static func isPicture(_ name: String) -> Bool {
        Image.pathExtensions.contains((name as NSString).pathExtension.lowercased())
    }

    private func mismatch(_ path: String, _ expected: Shape, _ found: Shape) -> ClipError {
        .mismatchedShapes(
            path: path, expected: "\(expected) like the frames before", found: "\(found)")
    }
}
