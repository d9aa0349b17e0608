import Foundation
import GestaltFiles
import GestaltMedia
import GestaltTensor

/// The mask files of a set, wherever below its folder they lie.
enum MaskFiles {
    /// The folder that masks lie in, beside what they label.
    static let folder = "masks"
    private static let endings = ArrayFile.endings + Image.pathExtensions
    /// Splits, recordings, clips: no layout nests deeper.
    private static let depth = 5

    /// Mask files in every folder `masks` at or below `path`, in natural order; of a file, those in
    /// the folder `masks` beside it under the same name, or itself where it holds an array of masks
    /// next to one of clips.
    static func found(at path: String) throws(ClipError) -> [String] {
        if Folder.isFile(path) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            let beside = (parts.dropLast() + [Substring(folder)] + parts.suffix(1))
                .joined(separator: "/")
            if Folder.isFile(beside) && isMask(beside) { return [beside] }
            return holdsMasks(path) ? [path] : []
        }
        return try found(in: path, isInside: false, depth: depth)
    }

    private static func found(
        in path: String, isInside: Bool, depth: Int
    ) throws(ClipError) -> [String] {
        let (files, folders) = try Folder.contents(path)
        var result = files.map { path + "/" + $0 }
            .filter { isInside ? isMask($0) : holdsMasks($0) }
        guard depth > 0 else { return result }
        let masks = FrameTree.maskFolder(among: folders)
        for name in folders {
            result += try found(
                in: path + "/" + name, isInside: isInside || name == masks, depth: depth - 1)
        }
        return result
    }

    private static func isMask(_ name: String) -> Bool {
        endings.contains((name as NSString).pathExtension.lowercased())
    }

    /// Whether a file of several arrays has one of masks. A file that cannot be read has none; who
    /// reads the clips says what is wrong with it.
    private static func holdsMasks(_ path: String) -> Bool {
        guard ["npz", "safetensors"].contains((path as NSString).pathExtension.lowercased()),
            let file = try? NamedArrays(path)
        else { return false }
        return file.names.count > 1 && file.maskName != nil
    }

    /// The values as stored: `[H, W, 1]` of a picture, `[…, H, W]` of an array.
    /// - Throws: `MediaError` or `FileError` for a file that cannot be read, or holds values that
    ///   are no whole numbers from 0 to 255.
    static func values(_ path: String) throws -> Tensor<UInt8> {
        guard ArrayFile.isOne(path) else {
            let labels = try Image.readLabels(path)
            return try labels.bytes().reshaped([labels.height, labels.width, 1])
        }
        let file = try NamedArrays(path)
        return try file.read(file.maskName ?? file.videoName(nil), as: UInt8.self)
    }
}

extension LabelCoding {
    /// Decides from the mask files at or below `path`.
    static func decided(_ rule: IgnoreRule, at path: String) throws -> LabelCoding {
        try LabelCoding(
            rule, masks: MaskFiles.found(at: path), name: { $0 },
            values: { MaskValues(try MaskFiles.values($0), ignoring: $1) })
    }

    /// Decides from masks in memory, values as stored; planes all 255 stand for frames without one.
    static func decided(_ rule: IgnoreRule, clips: [Clip]) throws -> LabelCoding {
        let masks = clips.flatMap { clip in
            clip.labeledFrames.compactMap { clip.masks?[$0] }
        }
        return try LabelCoding(
            rule, masks: masks, name: { _ in "" },
            values: { mask, ignored in
                var values = MaskValues(mask, ignoring: ignored)
                values.isSoft = false
                return values
            })
    }
}

extension Clip {
    /// Turns values as stored into ids; frames without a mask stay so.
    mutating func decode(_ coding: LabelCoding) throws(ClipError) {
        guard let masks, coding.isBinary || coding.ignored != Clip.ignoredLabel else { return }
        var planes: [Tensor<UInt8>] = []
        for frame in 0..<frameCount {
            let path = "\(name), frame \(frame)"
            planes.append(
                isLabeled(frame) ? try coding.ids(masks[frame], path: path) : masks[frame])
        }
        self.masks = stacked(planes, axis: 0)
    }
}
