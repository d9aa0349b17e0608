import Foundation
import GestaltIO
import GestaltMedia
import GestaltTensor

/// Writes labels as files of LabelMe 5 and later, one for each picture.
///
/// Boxes are rectangles, turned ones oriented rectangles; masks and ellipses that are no circle are
/// PNG crops. Several outlines of one object share a group.
struct LabelMeWriter {
    private let labels: LabelSet
    private let path: String

    init(_ labels: LabelSet, path: String) {
        self.labels = labels
        self.path = path
    }

    /// Writes one file where the path ends in `.json`, otherwise a folder of files.
    ///
    /// - Returns: what LabelMe cannot hold.
    /// - Throws: ``LabelError`` for several pictures in one file; `FileFailure` when a file cannot
    ///   be written.
    func write() throws -> [LabelProblem] {
        if path.lowercased().hasSuffix(".json") {
            guard labels.pictures.count == 1 else {
                throw LabelError(
                    path: path,
                    "LabelMe has one file for a picture: name a folder for "
                        + "\(labels.pictures.count) pictures")
            }
            try AtomicFile.write(text(of: labels.pictures[0]), to: path)
        } else {
            try OutputFolder.make(path)
            for (picture, name) in zip(labels.pictures, Self.fileNames(labels.pictures)) {
                try AtomicFile.write(text(of: picture), to: "\(path)/\(name).json")
            }
        }
        return LabelFeature.losses(of: labels, path: path, holding: [.instances])
    }

    /// Returns a distinct name for each picture: its last part, with its folders where that occurs
    /// more than once.
    private static func fileNames(_ pictures: [LabeledPicture]) -> [String] {
        let names = pictures.map { PictureName($0.fileName) }
        var used: Set<String> = []
        let counts = Dictionary(names.map { ($0.stem.lowercased(), 1) }, uniquingKeysWith: +)
        return names.map { name in
            let isUnique = counts[name.stem.lowercased()] == 1
            let folders = name.folder.split(separator: "/").filter { $0 != ".." }
            let whole = (folders + [name.stem]).joined(separator: "_")
            let base = isUnique ? String(name.stem) : whole
            var result = base
            var number = 2
            while !used.insert(result.lowercased()).inserted {
                result = "\(base)_\(number)"
                number += 1
            }
            return result
        }
    }

    private func text(of picture: LabeledPicture) throws -> [UInt8] {
        var shapes: [Shape] = []
        var nextGroup = (picture.objects.compactMap(\.instance).max() ?? -1) &+ 1
        for object in picture.objects {
            let parts = try self.shapes(of: object, size: picture.size)
            var group = object.instance
            if parts.count > 1 && group == nil {
                group = nextGroup
                nextGroup &+= 1
            }
            shapes += parts.map { Shape(object: object, group: group, part: $0) }
        }
        var json = JSONWriter()
        json.object { json in
            json.member("version", "5.5.0")
            json.key("flags")
            json.object { _ in }
            json.key("shapes")
            json.list { json in
                for shape in shapes {
                    json.line()
                    write(shape, to: &json)
                }
            }
            json.member("imagePath", picture.fileName)
            json.null("imageData")
            if let size = picture.size {
                json.member("imageHeight", size.height)
                json.member("imageWidth", size.width)
            } else {
                json.null("imageHeight")
                json.null("imageWidth")
            }
        }
        return json.bytes
    }

    private struct Shape {
        let object: LabeledObject
        let group: Int?
        let part: Part
    }

    private struct Part {
        let type: String
        let points: [LabelPoint]
        /// A PNG file in base 64.
        var mask: String?
    }

    private func write(_ shape: Shape, to json: inout JSONWriter) {
        json.object { json in
            json.member("label", labels.categories[shape.object.category].name)
            json.key("points")
            json.list { json in
                for point in shape.part.points {
                    json.list { json in
                        json.value(point.x)
                        json.value(point.y)
                    }
                }
            }
            if let group = shape.group {
                json.member("group_id", group)
            } else {
                json.null("group_id")
            }
            json.member("description", "")
            json.member("shape_type", shape.part.type)
            json.key("flags")
            json.object { _ in }
            if let mask = shape.part.mask {
                json.member("mask", mask)
            } else {
                json.null("mask")
            }
        }
    }

    private func shapes(of object: LabeledObject, size: PictureSize?) throws -> [Part] {
        switch object.region {
        case .polygons(let rings):
            return rings.map { Part(type: "polygon", points: $0) }
        case .box(_, _, _, let degrees):
            let corners = object.region.outlines[0]
            return degrees == 0
                ? [Part(type: "rectangle", points: [corners[0], corners[2]])]
                : [Part(type: "oriented_rectangle", points: corners)]
        case .ellipse(let center, let radiusX, let radiusY, _) where radiusX == radiusY:
            return [
                Part(
                    type: "circle", points: [center, LabelPoint(center.x + radiusX, center.y)])
            ]
        case .ellipse, .runs:
            guard let size else {
                throw LabelError(path: path, place: object.place, "a mask without a picture size")
            }
            return try [crop(of: object.region.runs(size: size))]
        }
    }

    /// Returns the smallest crop of a mask; of an empty one, its first pixel.
    private func crop(of mask: RunLengthMask) throws -> Part {
        let bounds = mask.bounds ?? (rows: 0..<1, columns: 0..<1)
        let bitmap = mask.bitmap[bounds.rows, bounds.columns]
        return Part(
            type: "mask",
            points: [
                LabelPoint(Double(bounds.columns.lowerBound), Double(bounds.rows.lowerBound)),
                LabelPoint(
                    Double(bounds.columns.upperBound - 1), Double(bounds.rows.upperBound - 1)),
            ],
            mask: Data(try PNG.encode(bitmap)).base64EncodedString())
    }
}
