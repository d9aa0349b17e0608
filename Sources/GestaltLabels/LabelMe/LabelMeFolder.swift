import GestaltIO

/// The LabelMe files at a path: one file, or those in a folder.
enum LabelMeFolder {
    /// Returns the LabelMe files at a path, at most `limit`.
    static func files(at path: String, limit: Int = .max) throws -> [String] {
        guard case .folder = try PathStatus(path) else {
            return try isLabelMe(path) ? [path] : []
        }
        var files: [String] = []
        for name in try FolderListing(path).files where name.lowercased().hasSuffix(".json") {
            if try isLabelMe(path + "/" + name) { files.append(path + "/" + name) }
            if files.count == limit { break }
        }
        return files
    }

    private static func isLabelMe(_ path: String) throws -> Bool {
        guard let summary = try JSONSummary(path: path), !summary.isList else { return false }
        return summary.keys.contains("imagePath")
            && (summary.keys.contains("shapes") || summary.keys.contains("imageHeight"))
    }

    /// Reads one file, or all files of a folder. An unreadable file of a folder is omitted and
    /// reported.
    static func read(_ path: String, options: LabelReadingOptions) throws -> LabelReading {
        guard case .folder = try PathStatus(path) else {
            var reader = LabelMeReader(options: options)
            try reader.add(path)
            return reader.reading
        }
        let files = try files(at: path)
        guard !files.isEmpty else {
            throw LabelError(path: path, "the folder has no LabelMe files")
        }
        var reader = LabelMeReader(options: options)
        for file in files {
            do {
                try reader.add(file)
            } catch let error as LabelError {
                reader.report(.omitted, file, error.place, error.message)
            }
        }
        return reader.reading
    }
}
