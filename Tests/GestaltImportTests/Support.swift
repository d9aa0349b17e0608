import Foundation
import GestaltData
import GestaltIO
import GestaltImport
import GestaltLabels
import GestaltMedia
import GestaltTensor
import TestSupport

/// Films and label files of one test: gray frames with a bright square that moves.
final class ImportFixture {
    let folder = TemporaryFolder()
    var input: String { folder.path("films") }
    var output: String { folder.path("set") }

    init() { BoxLabels.register() }

    /// Writes a folder of pictures.
    func film(_ name: String, frames: Int = 4, height: Int = 16, width: Int = 24) throws {
        try OutputFolder.make(input + "/" + name)
        for number in 0..<frames {
            try PNG.write(
                Self.frame(number, height: height, width: width),
                to: "\(input)/\(name)/\(number).png")
        }
    }

    /// A frame whose square has its corner at (`number`, `number`).
    static func frame(_ number: Int, height: Int = 16, width: Int = 24) -> Tensor<UInt8> {
        var canvas = Canvas(height: height, width: width, background: Color(40, 50, 60))
        canvas.fill(x: number, y: number, width: 5, height: 4, with: Color(250, 200, 100))
        return canvas.image
    }

    /// Writes a label file: a line for each box.
    func labels(_ lines: [String], as name: String = "labels.boxes") -> String {
        folder.write(Array((["#boxes"] + lines).joined(separator: "\n").utf8), as: name)
    }

    /// The line of the square of a frame.
    static func line(
        _ picture: String, _ number: Int, category: String = "square", size: String = "16x24"
    ) -> String {
        "\(picture)|\(size)|\(category)|\(number) \(number) 5 4"
    }

    func plan(labels: [String] = []) -> ImportPlan {
        ImportPlan([input], labels: labels, output: output)
    }

    /// The bytes of every file of the set, by path.
    func files() throws -> [String: [UInt8]] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: output)
        var result: [String: [UInt8]] = [:]
        for path in paths where !path.hasPrefix(".import") {
            guard case .file? = try? PathStatus(output + "/" + path) else { continue }
            result[path] = try FileReader.bytes(path: output + "/" + path)
        }
        return result
    }
}

/// A label format of boxes, a line each: `PICTURE|HxW|CATEGORY|X Y WIDTH HEIGHT`; an empty
/// category lists a picture without objects, `PICTURE@7` is frame 7 of a film.
enum BoxLabels {
    static func register() { _ = registration }

    private static let registration: Void = {
        let format = LabelFormat(
            title: "boxes", recognizes: { try text(of: $0).hasPrefix("#boxes") },
            read: { path, _ in LabelReading(try read(path)) })
        try? LabelFormat.registry.register(format, as: "boxes")
    }()

    private static func text(of path: String) throws -> String {
        guard case .file = try PathStatus(path) else { return "" }
        return String(decoding: try FileReader.bytes(path: path), as: UTF8.self)
    }

    private static func read(_ path: String) throws -> LabelSet {
        var set = LabelSet()
        for line in try text(of: path).split(separator: "\n").dropFirst() {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
            guard parts.count == 4 else {
                throw LabelError(path: path, place: String(line), "no box")
            }
            let sides = parts[1].split(separator: "x").compactMap { Int($0) }
            let name = parts[0].split(separator: "@").map(String.init)
            var picture = LabeledPicture(
                name: name[0], size: PictureSize(height: sides[0], width: sides[1]))
            picture.frame = name.count > 1 ? Int(name[1]) : nil
            let box = parts[3].split(separator: " ").compactMap { Double($0) }
            if box.count == 4 {
                let center = LabelPoint(box[0] + box[2] / 2, box[1] + box[3] / 2)
                let region = LabelRegion.box(
                    center: center, width: box[2], height: box[3], degrees: 0)
                picture.objects = [
                    LabeledObject(category: index(of: parts[2], in: &set), region: region)
                ]
            }
            set.pictures.append(picture)
        }
        return set
    }

    private static func index(of name: String, in set: inout LabelSet) -> Int {
        if let index = set.categories.firstIndex(where: { $0.name == name }) { return index }
        set.categories.append(LabeledCategory(name))
        return set.categories.count - 1
    }
}
