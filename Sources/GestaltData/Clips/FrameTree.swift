import GestaltMedia

/// The clips in a folder of pictures, however deep they lie.
///
/// - A folder with pictures is a clip; where folders below it hold clips, its own pictures are left
///   out with a remark.
/// - A GIF, or a file of a registered ``ClipFileKind``, is a clip, unless it lies among pictures.
/// - Masks lie in a folder `masks` at any level, under the path of what they label from there:
///   `root/masks/cam1/clip3/7.png`, `root/cam1/masks/clip3/7.png` or
///   `root/cam1/clip3/masks/7.png` for `root/cam1/clip3/7.jpg`.
/// - `images/` (also `imgs`, `frames`, `JPEGImages`) beside `masks/` (there also `mask`, `labels`,
///   `annotations`, `SegmentationClass`), or alone, means the folder that it is in.
struct FrameTree {
    /// A clip: where its frames and their masks are.
    struct Entry: Sendable {
        /// The path from the root; empty for the root itself.
        var name: String
        var folder: String
        /// Names of the frames' files in order.
        var files: [String]
        /// The folder of the frames' masks, where there is one.
        var masks: String?
        /// Whether the only file holds all frames; masks it has none.
        var isAnimation = false
        /// What reads the only file; it may hold several clips.
        var fileKind: ClipFileKind?
    }

    private(set) var clips: [Entry] = []
    /// All pictures but masks, also those beside clips.
    private(set) var pictures: [(name: String, path: String)] = []
    private let root: String
    private var skipped: [String: Int] = [:]
    private var strays: [String] = []
    private var unreadableNames = 0

    private static let imageFolders: Set = ["images", "imgs", "image", "frames", "jpegimages"]
    private static let maskFolder = "masks"
    private static let otherMaskFolders: Set = [
        "mask", "labels", "annotations", "segmentationclass",
    ]
    /// Sets, cameras, days, clips: deeper folders are a loop of links.
    private static let depth = 8

    init(_ root: String) throws(ClipError) {
        self.root = root
        if Folder.isFile(root) {
            let folder = root.contains("/") ? root.split(separator: "/").dropLast() : ["."]
            let path = (root.hasPrefix("/") ? "/" : "") + folder.joined(separator: "/")
            addAnimations([Folder.name(root)], of: path, prefix: "")
            return
        }
        try visit(root, name: "", masks: [], depth: Self.depth)
    }

    /// Omissions with their reasons.
    var remarks: [String] { strayRemarks + skippedRemarks }

    private var strayRemarks: [String] {
        guard !strays.isEmpty else { return [] }
        let names = strays.prefix(4).joined(separator: ", ") + (strays.count > 4 ? ", …" : "")
        return [
            "\(root): \(plural(strays.count, "picture")) beside folders of clips left out: \(names)"
        ]
    }

    /// Files that are no pictures, and names that no path can be made of.
    var skippedRemarks: [String] {
        var remarks: [String] = []
        let others = skipped.values.reduce(0, +)
        if others > 0 {
            let kinds = skipped.sorted { $0.key < $1.key }.map { kind, count in
                count > 1 ? "\(count) \(kind)" : kind
            }
            remarks.append(
                "\(root): skipped \(plural(others, "file")): \(kinds.joined(separator: ", "))")
        }
        if unreadableNames > 0 {
            remarks.append(
                "\(root): skipped \(plural(unreadableNames, "file")) whose names are not UTF-8")
        }
        return remarks
    }

    /// Whether films were skipped.
    var holdsFilms: Bool {
        ["mp4", "mov", "avi", "mkv", "webm", "m4v", "mpg", "mpeg"].contains { skipped[$0] != nil }
    }

    static func isPicture(_ name: String) -> Bool {
        Image.pathExtensions.contains(Folder.ending(name))
    }

    private func plural(_ count: Int, _ word: String) -> String {
        "\(count) \(word)\(count == 1 ? "" : "s")"
    }

    /// - Parameter masks: folders that may hold the masks of what is in `folder`, the nearest first.
    private mutating func visit(
        _ folder: String, name: String, masks: [String], depth: Int
    ) throws(ClipError) {
        let (files, folders) = try Folder.contents(folder)
        unreadableNames += try Folder.unreadableNames(folder)
        let images = Self.imageFolder(of: folders)
        let own = Self.masks(among: folders, hasImages: images != nil)
        let above = (own.map { [folder + "/" + $0] } ?? []) + masks
        let before = clips.count
        if depth > 0 {
            if let images {
                try visit(folder + "/" + images, name: name, masks: above, depth: depth - 1)
            }
            // Beside images and masks, other folders are no clips (edges, depth, …).
            for child in folders
            where child != own && (images == nil || own == nil) && child != images {
                try visit(
                    folder + "/" + child, name: name.isEmpty ? child : name + "/" + child,
                    masks: above.map { $0 + "/" + child }, depth: depth - 1)
            }
        }
        add(files, of: folder, name: name, masks: above, hasClips: clips.count > before)
    }

    /// The files of one folder as a clip, or as what they are otherwise.
    private mutating func add(
        _ files: [String], of folder: String, name: String, masks: [String], hasClips: Bool
    ) {
        let all = files.filter(Self.isPicture)
        let animations = all.filter { Folder.ending($0) == "gif" }
        let pictures = all.filter { Folder.ending($0) != "gif" }
        let prefix = name.isEmpty ? "" : name + "/"
        let isClip = !pictures.isEmpty && !hasClips
        addOthers(files, of: folder, prefix: prefix, besidePictures: isClip)
        if isClip { strays += animations.map { prefix + $0 } }
        if !isClip { addAnimations(animations, of: folder, prefix: prefix) }
        guard !pictures.isEmpty else { return }
        self.pictures += pictures.map { (name: prefix + $0, path: folder + "/" + $0) }
        if hasClips {
            strays += pictures.map { prefix + $0 }
        } else {
            clips.append(
                Entry(
                    name: name, folder: folder, files: pictures,
                    masks: masks.first(where: Folder.exists)))
        }
    }

    /// Files that are no pictures: clips of registered kinds, and those that are skipped.
    private mutating func addOthers(
        _ files: [String], of folder: String, prefix: String, besidePictures: Bool
    ) {
        for file in files where !Self.isPicture(file) {
            if let kind = ClipFileKind.kind(inFolder: folder + "/" + file) {
                guard !besidePictures else {
                    strays.append(prefix + file)
                    continue
                }
                clips.append(
                    Entry(
                        name: prefix + Folder.stem(file), folder: folder, files: [file],
                        fileKind: kind))
                continue
            }
            let ending = Folder.ending(file)
            skipped[ending.isEmpty ? "without ending" : ending, default: 0] += 1
        }
    }

    /// Files that hold all frames of a clip each.
    private mutating func addAnimations(_ files: [String], of folder: String, prefix: String) {
        for file in files {
            pictures.append((name: prefix + file, path: folder + "/" + file))
            clips.append(
                Entry(
                    name: prefix + Folder.stem(file), folder: folder, files: [file],
                    isAnimation: true))
        }
    }

    /// The folder that holds the frames of the folder it is in: the only one, or one beside masks.
    private static func imageFolder(of folders: [String]) -> String? {
        let named = folders.filter { imageFolders.contains($0.lowercased()) }
        guard named.count == 1 else { return nil }
        let others = folders.filter { $0 != named[0] }.map { $0.lowercased() }
        return others.isEmpty || others.contains(maskFolder)
            || !otherMaskFolders.isDisjoint(with: others) ? named[0] : nil
    }

    /// The folder among these that holds masks, if any does.
    static func maskFolder(among folders: [String]) -> String? {
        masks(among: folders, hasImages: imageFolder(of: folders) != nil)
    }

    private static func masks(among folders: [String], hasImages: Bool) -> String? {
        folders.first { $0.lowercased() == maskFolder }
            ?? (hasImages ? folders.first { otherMaskFolders.contains($0.lowercased()) } : nil)
    }
}
