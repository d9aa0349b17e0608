extension LabelFormat {
    /// The object annotations of COCO: polygons, runs as numbers or text, crowds.
    public static let coco = LabelFormat(
        title: "COCO", fileName: "annotations.json",
        recognizes: { path in
            guard let summary = try JSONSummary(path: path), !summary.isList else { return false }
            return summary.keys.isSuperset(of: ["annotations", "categories"])
                || summary.keys.isSuperset(of: ["annotations", "images"])
        },
        read: { path, options in
            var reader = COCOReader(path: path, options: options)
            return try reader.read()
        },
        write: { labels, path in try COCOWriter(labels, path: path).write() })
}
