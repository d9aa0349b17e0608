extension LabelFormat {
    /// The files of LabelMe: one JSON file for each picture, or a folder of them.
    public static let labelMe = LabelFormat(
        title: "LabelMe",
        recognizes: { path in try LabelMeFolder.files(at: path, limit: 1).isEmpty == false },
        read: { path, options in try LabelMeFolder.read(path, options: options) },
        write: { labels, path in try LabelMeWriter(labels, path: path).write() })
}
