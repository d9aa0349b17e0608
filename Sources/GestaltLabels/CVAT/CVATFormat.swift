import GestaltIO

extension LabelFormat {
    /// The XML files of CVAT, for images and for video.
    ///
    /// Read: polygons, boxes, ellipses and masks of images (of datumaro, too),
    /// and tracks with every frame between their keyframes, as the program itself shows them. A
    /// picture of a set is named as in the file, a frame of a film by the film's file name and its
    /// number. `group_id` joins parts, a higher `z_order` covers, the attribute `is_crowd` marks
    /// crowds. Other attributes are reported and not kept.
    ///
    /// Written: frames of one film, evenly spaced, as tracks with a keyframe in each frame;
    /// anything else as images. Several outlines of an object become shapes of one group.
    public static let cvat = LabelFormat(
        title: "CVAT XML", fileName: "annotations.xml",
        recognizes: { try CVATFormat.recognizes($0) },
        read: { try CVATReader.read($0, $1) },
        write: { labels, path in
            let writer = try CVATWriter(labels, path: path)
            try AtomicFile.write(Array(writer.text().utf8), to: path)
            return writer.losses
        })
}

enum CVATFormat {
    /// Whether the file is XML with the root `annotations`.
    static func recognizes(_ path: String) throws -> Bool {
        guard case .file = try PathStatus(path) else { return false }
        let head = try MappedFile(path: path).withBytes { Array($0.prefix(1 << 12)) }
        let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        // An odd byte at the end is half of a character.
        let whole = isWide ? Array(head.prefix(head.count / 2 * 2)) : head.wholeUTF8
        guard let text = try? XMLText(whole, path: path) else { return false }
        return String(decoding: text.bytes, as: UTF8.self).range(ofTag: "annotations")
    }
}

extension [UInt8] {
    /// The bytes without a last character that may be cut.
    fileprivate var wholeUTF8: [UInt8] {
        let start = lastIndex { $0 & 0xC0 != 0x80 } ?? 0
        return count > 3 && start >= count - 3 && self[start] >= 0xC0
            ? Array(self[..<start]) : self
    }
}

extension String {
    /// Whether the first element of XML text has this name, after declarations and comments.
    fileprivate func range(ofTag name: String) -> Bool {
        var rest = self[...].drop { $0.isWhitespace }
        while rest.hasPrefix("<?") || rest.hasPrefix("<!") {
            let end = rest.hasPrefix("<!--") ? "-->" : rest.hasPrefix("<?") ? "?>" : ">"
            guard let range = rest.firstRange(of: end) else { return false }
            // Declarations inside of a document type are skipped one by one.
            rest = rest[range.upperBound...].drop { $0.isWhitespace || $0 == "]" || $0 == ">" }
        }
        let tag = "<" + name
        guard rest.hasPrefix(tag) else { return false }
        let next = rest.dropFirst(tag.count).first
        return next == ">" || next == "/" || next?.isWhitespace == true
    }
}
