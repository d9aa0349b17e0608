import GestaltData
import GestaltImport
import GestaltModels

extension Inspection {
    /// Describes an imported set by its manifest; no clip is read.
    mutating func describeImportedSet() throws {
        let set = try ImportedSet(at: path)
        let manifest = set.manifest
        let clips = manifest.splits.flatMap { set.origins($0) }
        kind = "set"
        what =
            "an imported set, \(clips.count) clips with "
            + "\(clips.reduce(0) { $0 + $1.clip.frameCount }) frames"
        add("version", manifest.version)
        add("stride", manifest.settings.stride)
        add("frames_per_second", manifest.settings.rate.map { .number($0) })
        add("size", manifest.settings.sizing.size.map { "\($0)" })
        let bad = manifest.sources.flatMap(\.problems).filter { $0.severity == .bad }
        if !bad.isEmpty { add("left_out", bad.count) }
        tables.append(
            Table(
                name: "categories", columns: ["id", "name"],
                rows: manifest.categories.enumerated().map {
                    [.integer($0.offset), .text($0.element.name)]
                }))
        tables.append(
            Table(
                name: "label_files", columns: ["path", "format", "pictures"],
                rows: manifest.labelFiles.map {
                    [.text($0.path), .text($0.format), .integer($0.pictureCount)]
                }))
        tables.append(
            Table(
                name: "splits", columns: ["split", "sources", "clips", "frames", "labeled_frames"],
                rows: manifest.parts.map {
                    [
                        .text($0.split.folder), .integer($0.sourceCount), .integer($0.clipCount),
                        .integer($0.frameCount), .integer($0.labeledCount),
                    ]
                }))
        tables.append(sources(of: manifest))
        remarks += bad.prefix(ImportReport.printedCount).map(\.description)
    }

    private func sources(of manifest: SetManifest) -> Table {
        Table(
            name: "sources",
            columns: ["source", "kind", "splits", "clips", "frames", "labeled_frames", "size"],
            rows: manifest.sources.map { source in
                let clips = source.shards.flatMap(\.clips)
                let sizes = Set(clips.map { "\($0.height) × \($0.width)" }).sorted()
                return [
                    .text(source.name), .text(source.kind),
                    .text(source.shards.map(\.split.folder).joined(separator: " ")),
                    .integer(clips.count), .integer(clips.reduce(0) { $0 + $1.frameCount }),
                    .integer(clips.reduce(0) { $0 + $1.labeledCount }),
                    .text(
                        sizes.prefix(3).joined(separator: ", ") + (sizes.count > 3 ? ", …" : "")),
                ]
            })
    }
}
