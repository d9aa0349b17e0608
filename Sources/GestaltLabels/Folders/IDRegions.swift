import GestaltMedia
import GestaltTensor

/// The regions of the ids in a label picture, each a mask of the whole picture.
struct IDRegions {
    let path: String
    let size: PictureSize
    let encoding: LabelPicture.Encoding
    /// The colors of a palette by id; empty for other pictures.
    let palette: [Color]
    /// The masks by id, without id 0.
    private(set) var masks: [Int: RunLengthMask] = [:]

    /// The ids from 1 on, ascending.
    var ids: [Int] { masks.keys.sorted() }

    /// Whether a value is one of 16 bits, where 255 is an id like others.
    var isWide: Bool { if case .gray(let bits) = encoding { bits > 8 } else { false } }

    /// - Complexity: the number of pixels.
    init(_ picture: LabelPicture) {
        path = picture.path
        size = PictureSize(height: picture.height, width: picture.width)
        encoding = picture.encoding
        palette = picture.palette
        var collectors: [RunCollector] = []
        var indices: [Int32: Int] = [:]
        picture.ids.withScalars { ids in
            Self.forEachColumnRun(ids, size) { id, start, count in
                let index = indices[id] ?? collectors.count
                if index == collectors.count {
                    indices[id] = index
                    collectors.append(RunCollector())
                }
                collectors[index].add(start: start, count: count)
            }
        }
        for (id, index) in indices {
            masks[Int(id)] = RunLengthMask(
                size: size, runs: collectors[index].finished(count: size.pixelCount))
        }
    }

    /// Calls `body` with the runs of equal ids but 0, column by column, as positions in that order.
    private static func forEachColumnRun(
        _ ids: UnsafeBufferPointer<Int32>, _ size: PictureSize,
        _ body: (_ id: Int32, _ start: Int, _ count: Int) -> Void
    ) {
        let (height, width) = (size.height, size.width)
        // Columns in bands: a band of rows stays in the cache while it is read column by column.
        let band = 32
        var columns = [Int32](repeating: 0, count: min(band, width) * height)
        for left in stride(from: 0, to: width, by: band) {
            let count = min(band, width - left)
            for row in 0..<height {
                for column in 0..<count {
                    columns[column * height + row] = ids[row * width + left + column]
                }
            }
            var place = 0
            while place < count * height {
                let id = columns[place]
                var end = place + 1
                while end < count * height, columns[end] == id { end += 1 }
                if id != 0 { body(id, left * height + place, end - place) }
                place = end
            }
        }
    }
}

extension IDRegions {
    /// Reads a label picture.
    ///
    /// - Parameters:
    ///   - table: The categories of colors, for RGB pictures; nil for those of Pascal VOC. Gray
    ///     and palette pictures have ids without it.
    ///   - name: The path in messages.
    /// - Throws: ``LabelError`` for a file that is no label picture.
    static func read(
        _ path: String, table: LabelTable?, _ problems: inout [LabelProblem]
    ) throws(LabelError) -> IDRegions {
        do throws(MediaError) {
            // Refuses a size beyond all pictures with its numbers, before anything is decoded.
            _ = try PictureHeader(path: path)
            var warnings: [MediaWarning] = []
            var picture: LabelPicture
            do throws(MediaError) {
                picture = try Image.readLabels(path, warnings: &warnings)
                if let colors = table?.colors, picture.encoding.isColored {
                    picture = try Image.readLabels(path, colors: colors, warnings: &warnings)
                }
            } catch {
                guard case .unsupported = error, let colors = table?.colors else { throw error }
                picture = try Image.readLabels(path, colors: colors, warnings: &warnings)
            }
            for warning in warnings {
                if let damage = damage(in: warning.message) {
                    throw MediaError.malformed(
                        path: path, format: "picture", expected: "exact values", found: damage)
                }
                problems.append(
                    LabelProblem(.repaired, path: path, place: "file", warning.message))
            }
            let regions = IDRegions(picture)
            problems += regions.paletteProblems
            return regions
        } catch {
            let detail = damage(in: error.message).map { "; " + $0 } ?? ""
            throw LabelError(path: path, error.message + detail)
        }
    }

    /// Returns what the message of a decoder says about the values; nil for nothing.
    private static func damage(in message: String) -> String? {
        let text = message.lowercased()
        if text.contains("crc") { return "a checksum that does not fit the data" }
        let isMore = ["too much", "extra compressed"].contains { text.contains($0) }
        return isMore ? "more data than its size says" : nil
    }

    /// Palettes that mislead readers by color: ids without a color, and colors of the VOC map at
    /// other places.
    private var paletteProblems: [LabelProblem] {
        guard !palette.isEmpty else { return [] }
        func problem(_ message: String) -> LabelProblem {
            LabelProblem(.repaired, path: path, place: "palette", message)
        }
        if let id = ids.first(where: { $0 >= palette.count }) {
            return [problem("no color for index \(id) in the palette; the index is the label")]
        }
        let voc = LabelColors.voc.ids
        let moved = ids.first { id in
            voc[palette[id]].map { $0 != id && masks[$0] != nil } ?? false
        }
        guard let moved, let other = voc[palette[moved]] else { return [] }
        return [
            problem(
                "the color of index \(moved) is that of \(other) in the palette of VOC; the index "
                    + "is the label")
        ]
    }
}

extension LabelPicture.Encoding {
    /// Whether pixels are colors.
    var isColored: Bool {
        switch self {
        case .gray, .palette: false
        case .equalChannels, .colors: true
        }
    }
}

extension MediaError {
    /// The description without the path.
    var message: String {
        let text = description
        return text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text
    }
}
