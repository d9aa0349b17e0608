import Foundation
import GestaltFilm
import GestaltIO
import GestaltLabels
import GestaltTensor

/// The masks of a film in the format of COCO, `coco/FILM.json`, as compressed run lengths: one
/// annotation for each category that a frame shows, or for each object, with its score and the
/// number of its track.
///
/// Frames are written as they come. The list of pictures, which belongs after all annotations,
/// waits in a file of its own, so that memory does not grow with the film.
final class COCOMasks: MaskOutput {
    let path: String
    private let settings: MaskOutputSettings
    private let file: AtomicFile
    private let pictures: TemporaryLines
    private var annotationCount = 0

    init(_ settings: MaskOutputSettings) throws {
        self.settings = settings
        path = try settings.path("coco", ".json")
        file = try AtomicFile(path: path)
        pictures = try TemporaryLines(path: path + ".pictures")
        try write("{\n\"annotations\": [")
    }

    func append(_ frame: MaskedFrame) throws {
        let (height, width) = (frame.labels.shape[0], frame.labels.shape[1])
        let number = frame.frame.number
        try pictures.append(
            "{\"id\": \(number), \"file_name\": "
                + Self.quoted("\(settings.film)/\(MaskPictures.name(of: number))")
                + ", \"height\": \(height), \"width\": \(width), \"frame\": \(number), "
                + String(format: "\"seconds\": %.6f}", frame.frame.time))
        for region in Region.all(in: frame.labels) {
            annotationCount += 1
            let mask = RunLengthMask(bitmap: region.bitmap(of: frame.labels))
            let object = frame.objects?.first { $0.id == region.label }
            let own =
                object.map {
                    String(format: ", \"score\": %.4f, \"track_id\": %d", $0.score, $0.track)
                } ?? ""
            try write(
                (annotationCount > 1 ? ",\n" : "\n")
                    + "{\"id\": \(annotationCount), \"image_id\": \(number), \"category_id\": "
                    + "\(object?.category ?? region.label), \"segmentation\": "
                    + "{\"size\": [\(height), \(width)], "
                    + "\"counts\": \(Self.quoted(mask.compressed))}, \"area\": \(region.area), "
                    + "\"bbox\": [\(region.left), \(region.top), \(region.width), "
                    + "\(region.height)], \"iscrowd\": 0\(own)}")
        }
    }

    func finish() throws {
        try write("\n],\n\"images\": [")
        try pictures.forEachPart { try file.write($0) }
        let categories = settings.categories.enumerated().dropFirst().map { number, category in
            "{\"id\": \(number), \"name\": \(Self.quoted(category.name))}"
        }
        try write("\n],\n\"categories\": [" + categories.joined(separator: ", ") + "]\n}\n")
        try file.commit()
        pictures.remove()
    }

    func cancel() { pictures.remove() }

    private func write(_ text: String) throws { try file.write(Array(text.utf8)) }

    /// Returns a string of JSON.
    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}

/// The pixels of one label in a mask: their number and the box around them.
private struct Region {
    let label: UInt8
    private(set) var area = 0
    private(set) var top = Int.max
    private(set) var left = Int.max
    private var bottom = -1
    private var right = -1

    var width: Int { right - left + 1 }
    var height: Int { bottom - top + 1 }

    /// Returns the regions of all labels above 0 that occur, in order.
    static func all(in labels: Tensor<UInt8>) -> [Region] {
        var regions = (0...UInt8.max).map { Region(label: $0) }
        let width = labels.shape[1]
        labels.withScalars { labels in
            var start = 0
            // Run by run of a row: most neighbors are alike.
            while start < labels.count {
                let label = labels[start]
                let last = start - start % width + width
                var end = start + 1
                while end < last, labels[end] == label { end += 1 }
                if label > 0 { regions[Int(label)].add(start, end, width) }
                start = end
            }
        }
        return regions.dropFirst().filter { $0.area > 0 }
    }

    /// Returns 1 for the pixels of the label, `[H, W]`.
    func bitmap(of labels: Tensor<UInt8>) -> Tensor<UInt8> {
        let size = labels.shape
        return labels.withScalars { labels in
            Tensor(uninitialized: size) { pixels in
                for place in labels.indices { pixels[place] = labels[place] == label ? 1 : 0 }
            }
        }
    }

    private init(label: UInt8) { self.label = label }

    private mutating func add(_ start: Int, _ end: Int, _ width: Int) {
        area += end - start
        (top, bottom) = (min(top, start / width), max(bottom, start / width))
        (left, right) = (min(left, start % width), max(right, (end - 1) % width))
    }
}

/// Lines in a file that is read back once and removed.
private final class TemporaryLines {
    private let path: String
    private let handle: FileHandle
    private var isEmpty = true

    init(path: String) throws(FileFailure) {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forUpdatingAtPath: path)
        else {
            throw FileFailure(path: path, action: .create, reason: "it cannot be opened")
        }
        (self.path, self.handle) = (path, handle)
    }

    deinit { try? handle.close() }

    func append(_ line: String) throws {
        try handle.write(contentsOf: Data(((isEmpty ? "\n" : ",\n") + line).utf8))
        isEmpty = false
    }

    func forEachPart(_ body: ([UInt8]) throws -> Void) throws {
        try handle.seek(toOffset: 0)
        while let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
            try body(Array(part))
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }
}
