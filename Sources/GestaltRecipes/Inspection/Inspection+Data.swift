import GestaltData
import GestaltModels

extension Inspection {
    /// Describes a folder of clips: its splits, sizes, the contents of its masks, and omitted
    /// clips.
    mutating func describeData() throws {
        BuiltIns.register()
        let report = try DataReport(of: path)
        let hasSplits = report.parts.contains { $0.split != nil }
        let frames = report.parts.reduce(0) { $0 + $1.frameCount }
        let clips = report.parts.reduce(0) { $0 + $1.clips.count }
        kind = "data"
        what = "a folder of clips, \(clips) with \(frames) frames"
        if !hasSplits {
            what += ", without splits"
            remarks.append(
                "no train/, val/, test/ in it: each split is the whole, scores are of training "
                    + "frames (--holdout 0.2 keeps a fifth of the clips for evaluation)")
        }
        for part in report.parts {
            let prefix = part.split.map { "\($0.folder): " } ?? ""
            remarks += (part.remarks + part.labels.remarks(classes: 1)).map { prefix + $0 }
        }
        tables.append(
            Table(
                name: "splits",
                columns: [
                    "split", "clips", "frames", "size", "labeled_frames", "empty", "ids",
                    "foreground_share", "ignored_pixels",
                ], rows: report.parts.map(Self.row)))
        tables.append(
            Table(
                name: "clips",
                columns: ["split", "clip", "frames", "size", "labeled_frames"],
                rows: report.parts.flatMap { part -> [[Value]] in
                    part.clips.map { clip -> [Value] in
                        [
                            .text(part.split?.folder ?? "all"), .text(clip.name),
                            .integer(clip.frameCount), .text("\(clip.size)"),
                            .integer(clip.labeledCount),
                        ]
                    }
                }))
    }

    private static func row(_ part: DataReport.Part) -> [Value] {
        let sizes = part.sizes.prefix(3).map { size, count in
            part.sizes.count > 1 ? "\(size) (\(count))" : "\(size)"
        }
        let ids = part.shares.prefix(8).map { id, share in "\(id) (\(percent(share)))" }
        let total = part.pixels.reduce(0, +)
        let share = total > 0 ? Double(part.labels.foregroundPixels) / Double(total) : 0
        return [
            .text(part.split?.folder ?? "all"), .integer(part.clips.count),
            .integer(part.frameCount),
            .text(sizes.joined(separator: ", ") + (part.sizes.count > 3 ? ", …" : "")),
            .integer(part.labeledCount), .integer(part.emptyCount),
            .text(
                ids.isEmpty
                    ? "–" : ids.joined(separator: " ") + (part.shares.count > 8 ? " …" : "")),
            part.labeledCount > 0 ? .number((share * 1000).rounded() / 1000) : .text("–"),
            .integer(part.ignoredPixels),
        ]
    }

    /// Returns a fraction in percent, with a decimal where it is small.
    private static func percent(_ share: Double) -> String {
        if share >= 0.1 { return "\(Int((share * 100).rounded())) %" }
        let tenths = (share * 1000).rounded() / 10
        return tenths == 0 ? "< 0.1 %" : "\(tenths) %"
    }
}
