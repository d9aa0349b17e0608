/// The regions of Label Studio by their type, from percent of width and height.
enum LabelStudioRegion {
    struct Fault: Error {
        let message: String
    }

    typealias Reader =
        @Sendable (_ value: JSONNode, _ size: PictureSize) throws(Fault) -> (LabelRegion, String?)

    static let readers: [String: Reader] = [
        "polygonlabels": polygon, "polygon": polygon, "rectanglelabels": rectangle,
        "rectangle": rectangle, "ellipselabels": ellipse, "ellipse": ellipse,
        "brushlabels": brush, "brush": brush,
    ]

    @Sendable
    private static func polygon(
        _ value: JSONNode, _ size: PictureSize
    ) throws(Fault) -> (LabelRegion, String?) {
        guard let rows = value["points"]?.elements else {
            throw Fault(message: "the polygon has no list of points")
        }
        var points: [LabelPoint] = []
        for row in rows {
            guard case .numbers(let pair) = row, pair.count == 2 else {
                throw Fault(message: "a point is no pair of numbers")
            }
            points.append(point(pair[0], pair[1], size))
        }
        var remarks: [String] = []
        if case .bool(false)? = value["closed"] {
            remarks.append("the polygon is not closed; its last point is joined with its first")
        }
        if let remark = try checked(points, size) { remarks.append(remark) }
        return (.polygons([points]), remarks.isEmpty ? nil : remarks.joined(separator: "; "))
    }

    /// A rectangle turns about its upper left corner `x`, `y`, in pixels.
    @Sendable
    private static func rectangle(
        _ value: JSONNode, _ size: PictureSize
    ) throws(Fault) -> (LabelRegion, String?) {
        let corner = point(try number("x", value), try number("y", value), size)
        let sides = point(try number("width", value), try number("height", value), size)
        let degrees = value["rotation"]?.double ?? 0
        let center = Turn(degrees: degrees).applied(to: sides.x / 2, sides.y / 2, about: corner)
        let region = LabelRegion.box(
            center: center, width: sides.x, height: sides.y, degrees: degrees)
        return (region, try checked(region.outlines[0], size))
    }

    @Sendable
    private static func ellipse(
        _ value: JSONNode, _ size: PictureSize
    ) throws(Fault) -> (LabelRegion, String?) {
        let center = point(try number("x", value), try number("y", value), size)
        let radii = point(try number("radiusX", value), try number("radiusY", value), size)
        let region = LabelRegion.ellipse(
            center: center, radiusX: radii.x, radiusY: radii.y,
            degrees: value["rotation"]?.double ?? 0)
        return (region, try checked(region.outlines[0], size))
    }

    @Sendable
    private static func brush(
        _ value: JSONNode, _ size: PictureSize
    ) throws(Fault) -> (LabelRegion, String?) {
        guard case .numbers(let numbers)? = value["rle"] else {
            let found = value["rle"].map(\.kind) ?? "nothing"
            throw Fault(message: "the brush is no list of bytes but \(found)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(numbers.count)
        for number in numbers {
            guard let byte = UInt8(exactly: number) else {
                throw Fault(message: "\(number) in the brush is no byte from 0 to 255")
            }
            bytes.append(byte)
        }
        do throws(BrushCoding.Fault) {
            return (.runs(try BrushCoding.mask(bytes, size: size)), nil)
        } catch {
            throw Fault(message: error.message)
        }
    }

    private static func number(_ key: String, _ value: JSONNode) throws(Fault) -> Double {
        guard let number = value[key]?.double, number.isFinite else {
            throw Fault(message: "there is no number “\(key)”")
        }
        return number
    }

    private static func point(_ x: Double, _ y: Double, _ size: PictureSize) -> LabelPoint {
        LabelPoint(x / 100 * Double(size.width), y / 100 * Double(size.height))
    }

    /// Returns what is to be said about an outline.
    private static func checked(
        _ points: [LabelPoint], _ size: PictureSize
    ) throws(Fault) -> String? {
        switch OutlineCheck(size: size).verdict(on: points) {
        case .fine: return nil
        case .repaired(let remark): return remark
        case .unusable(let message): throw Fault(message: message)
        }
    }
}
