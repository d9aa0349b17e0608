extension LabelFormat {
    /// The JSON export of Label Studio: polygons, brush masks, turned rectangles and ellipses.
    public static let labelStudio = LabelFormat(
        title: "Label Studio", fileName: "annotations.json",
        recognizes: { path in
            guard let summary = try JSONSummary(path: path), summary.isList else { return false }
            return summary.keys.contains("data")
                && !summary.keys.isDisjoint(with: ["annotations", "completions"])
        },
        read: { path, options in
            var reader = LabelStudioReader(path: path, options: options)
            return try reader.read()
        },
        write: { labels, path in try LabelStudioWriter(labels, path: path).write() })
}
