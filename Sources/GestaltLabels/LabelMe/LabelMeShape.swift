import Foundation
import GestaltMedia
import GestaltTensor

/// A shape of LabelMe as a region.
///
/// Points name corners of the pixel grid, as in COCO; LabelMe itself also fills the pixels that an
/// outline touches, so that its masks are larger by half a pixel all around.
struct LabelMeShape {
    let region: LabelRegion
    /// What was repaired.
    var remark: String?

    struct Fault: Error {
        let place: String
        let message: String
    }

    /// - Throws: ``Fault`` when there is no region in the shape.
    init(_ row: JSONNode, size: PictureSize?) throws(Fault) {
        // Files of LabelMe 3 and 4 need not name the type.
        let type = row["shape_type"]?.string ?? "polygon"
        guard let read = Self.readers[type] else {
            let isLine = ["point", "points", "line", "linestrip"].contains(type)
            throw Fault(
                place: ".shape_type",
                message: isLine
                    ? "the shape “\(type)” has no area" : "the shape “\(type)” is unknown")
        }
        let points = try Self.points(in: row)
        (region, remark) = try read(row, points, size)
    }

    private typealias Reader =
        @Sendable (JSONNode, [LabelPoint], PictureSize?) throws(Fault) -> (LabelRegion, String?)

    private static let readers: [String: Reader] = [
        "polygon": { (_, points, size) throws(Fault) in try outline(points, size) },
        "oriented_rectangle": { (_, points, size) throws(Fault) in try outline(points, size) },
        "rectangle": { (_, points, size) throws(Fault) in try rectangle(points, size) },
        "circle": { (_, points, size) throws(Fault) in try circle(points, size) },
        "mask": { (row, points, size) throws(Fault) in try mask(row, points, size) },
    ]

    private static func points(in row: JSONNode) throws(Fault) -> [LabelPoint] {
        guard let rows = row["points"]?.elements else {
            throw Fault(place: ".points", message: "there is no list of points")
        }
        var points: [LabelPoint] = []
        points.reserveCapacity(rows.count)
        for row in rows {
            guard case .numbers(let pair) = row, pair.count == 2 else {
                throw Fault(place: ".points", message: "a point is no pair of numbers")
            }
            points.append(LabelPoint(pair[0], pair[1]))
        }
        return points
    }

    private static func outline(
        _ points: [LabelPoint], _ size: PictureSize?
    ) throws(Fault) -> (LabelRegion, String?) {
        (.polygons([points]), try checked(points, size))
    }

    /// Returns what is to be said about an outline.
    private static func checked(
        _ points: [LabelPoint], _ size: PictureSize?
    ) throws(Fault) -> String? {
        switch OutlineCheck(size: size).verdict(on: points) {
        case .fine: return nil
        case .repaired(let remark): return remark
        case .unusable(let message): throw Fault(place: "", message: message)
        }
    }

    /// Any two opposite corners.
    private static func rectangle(
        _ points: [LabelPoint], _ size: PictureSize?
    ) throws(Fault) -> (LabelRegion, String?) {
        // Four corners are an outline already.
        if points.count == 4 { return try outline(points, size) }
        try require(points, count: 2, of: "rectangle")
        let region = LabelRegion.box(
            center: LabelPoint(
                (points[0].x + points[1].x) / 2, (points[0].y + points[1].y) / 2),
            width: abs(points[1].x - points[0].x), height: abs(points[1].y - points[0].y),
            degrees: 0)
        return (region, try checked(region.outlines[0], size))
    }

    /// The center and a point on the circle.
    private static func circle(
        _ points: [LabelPoint], _ size: PictureSize?
    ) throws(Fault) -> (LabelRegion, String?) {
        try require(points, count: 2, of: "circle")
        let (x, y) = (points[1].x - points[0].x, points[1].y - points[0].y)
        let radius = (x * x + y * y).squareRoot()
        let region = LabelRegion.ellipse(
            center: points[0], radiusX: radius, radiusY: radius, degrees: 0)
        return (region, try checked(region.outlines[0], size))
    }

    private static func require(
        _ points: [LabelPoint], count: Int, of shape: String
    ) throws(Fault) {
        guard points.count == count else {
            throw Fault(
                place: ".points",
                message: "the \(shape) has \(points.count) points; \(count) are expected")
        }
    }

    /// A crop in a PNG file, whose corners are inside; every value above 0 is.
    private static func mask(
        _ row: JSONNode, _ points: [LabelPoint], _ size: PictureSize?
    ) throws(Fault) -> (LabelRegion, String?) {
        guard let size else {
            throw Fault(place: ".mask", message: "a mask in a picture of unknown size")
        }
        try require(points, count: 2, of: "mask")
        guard let text = row["mask"]?.string,
            let bytes = Data(base64Encoded: text, options: .ignoreUnknownCharacters)
        else { throw Fault(place: ".mask", message: "the mask is no text in base 64") }
        let crop: LabelPicture
        do throws(MediaError) {
            // What its reader tolerates changes no label.
            var warnings: [MediaWarning] = []
            crop = try Image.decodeLabels(Array(bytes), name: "mask", warnings: &warnings)
        } catch {
            throw Fault(place: ".mask", message: "the mask cannot be read: \(error)")
        }
        guard let place = CropPlace(points) else {
            throw Fault(place: ".points", message: "the corners of the mask are no coordinates")
        }
        guard place.height == crop.height, place.width == crop.width else {
            throw Fault(
                place: ".mask",
                message: "the mask is \(crop.width) wide and \(crop.height) high, but its corners "
                    + "enclose \(place.width) and \(place.height)")
        }
        var isCut = false
        var pixels = [Bool](repeating: false, count: size.pixelCount)
        crop.ids.withScalars { ids in
            for (index, id) in ids.enumerated() where id != 0 {
                let row = place.top + index / crop.width
                let column = place.left + index % crop.width
                if row >= 0, row < size.height, column >= 0, column < size.width {
                    pixels[row * size.width + column] = true
                } else {
                    isCut = true
                }
            }
        }
        let region = RunLengthMask(size: size, rows: pixels) { $0 }
        if region.isEmpty && isCut {
            throw Fault(place: ".mask", message: "the mask lies outside the picture")
        }
        return (.runs(region), isCut ? "the mask reaches outside the picture; it is clipped" : nil)
    }

    /// The corners of a crop in whole pixels.
    private struct CropPlace {
        let left: Int
        let top: Int
        let width: Int
        let height: Int

        init?(_ points: [LabelPoint]) {
            let numbers = [points[0].x, points[0].y, points[1].x, points[1].y].map { value in
                abs(value) < 1e9 ? Int(value.rounded(.towardZero)) : nil
            }
            guard let x = numbers[0], let y = numbers[1], let right = numbers[2],
                let bottom = numbers[3]
            else { return nil }
            (left, top) = (x, y)
            (width, height) = (right - x + 1, bottom - y + 1)
        }
    }
}
