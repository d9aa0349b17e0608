import GestaltIO
import GestaltMedia

extension LabelFormat {
    /// The folders of DAVIS 2016 and 2017: `Annotations`, with `JPEGImages` and `ImageSets` where
    /// they are.
    ///
    /// The index of a pixel is its object, which keeps its number over the frames of a sequence;
    /// all objects have the category `object`. 255 counts for nothing, but is the object in sets whose
    /// pictures have nothing else. Frames are reported that have labels and no picture, a picture
    /// and no labels, or another size, and listed sequences that are not there.
    ///
    /// Written are `Annotations/480p` and a list of all sequences. There is no place for
    /// categories; write YouTube-VOS to keep them.
    public static let davis = LabelFormat(
        title: "DAVIS", recognizes: { try DAVISFormat.recognizes($0) },
        read: { try DAVISFormat.read($0, $1) }, write: { try DAVISFormat.write($0, to: $1) })
}

enum DAVISFormat {
    static func recognizes(_ path: String) throws -> Bool {
        func has(_ name: String) -> Bool {
            if case .folder? = try? PathStatus(path + "/" + name) { true } else { false }
        }
        let hasMeta = if case .file? = try? PathStatus(path + "/meta.json") { true } else { false }
        guard has(SequenceFolder.labelFolder), !hasMeta else { return false }
        // Detection sets of VOC have XML files there.
        return try SequenceFolder(path).sequences.contains { !$0.folder.isEmpty }
    }

    static func read(_ path: String, _ options: LabelReadingOptions) throws -> LabelReading {
        let folder = try SequenceFolder(path)
        let pictures = FolderPictures(options)
        var problems: [LabelProblem] = []
        let names = Set(folder.sequences.map(\.name))
        for (name, list) in try listedSequences(path) where !names.contains(name) {
            problems.append(
                LabelProblem(
                    .omitted, path: path + "/" + list, place: name,
                    "listed, but \(SequenceFolder.labelFolder) has no such sequence"))
        }
        var frames: [(picture: LabeledPicture, regions: IDRegions)] = []
        for sequence in folder.sequences {
            frames += folder.frames(of: sequence, pictures, &problems)
        }
        let ignored = LabelTable.ignoredValue
        let values = Set(frames.flatMap { $0.regions.ids })
        let hasIgnored = values.contains(ignored) && values.count > 1
        var labels = LabelSet(categories: [LabeledCategory("object")])
        if hasIgnored { labels.categories.append(LabelTable.ignored) }
        for (picture, regions) in frames {
            var picture = picture
            picture.objects = regions.ids.compactMap { id in
                regions.masks[id].map { mask in
                    let isIgnored = hasIgnored && id == ignored
                    return LabeledObject(
                        category: isIgnored ? 1 : 0, region: .runs(mask),
                        instance: isIgnored ? nil : id == ignored ? 1 : id, place: "value \(id)")
                }
            }
            labels.pictures.append(picture)
        }
        return LabelReading(labels, problems: problems)
    }

    /// Returns the names of listed sequences, each with the list.
    private static func listedSequences(_ path: String) throws -> [(name: String, list: String)] {
        let folder = path + "/ImageSets"
        guard case .folder? = try? PathStatus(folder) else { return [] }
        var known: Set<String> = []
        var result: [(String, String)] = []
        for file in try FolderListing(folder).files where file.hasSuffix(".txt") {
            // The lists of DAVIS 2016 are of files.
            for line in try SequenceFolder.lines(of: folder + "/" + file)
            where !line.contains("/") && known.insert(line).inserted {
                result.append((line, "ImageSets/" + file))
            }
        }
        return result
    }
}
