extension LabelFormat {
    /// The outlines of YOLO: a YAML file with the names of classes and one text file for each
    /// picture, or one such text file alone.
    public static let yolo = LabelFormat(
        title: "YOLO-seg",
        recognizes: { path in try YOLOLayout.isThere(path) },
        read: { path, options in
            var reader = try YOLOReader(path: path, options: options)
            return try reader.read()
        },
        write: { labels, path in try YOLOWriter(labels, path: path).write() })
}
