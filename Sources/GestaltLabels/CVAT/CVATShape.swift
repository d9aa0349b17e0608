/// A shape of a CVAT file, before the size of its picture is known.
struct CVATShape {
    enum Geometry {
        /// The corners of the upright box, which is then turned about its center.
        case box(LabelPoint, LabelPoint, degrees: Double)
        case ellipse(center: LabelPoint, radiusX: Double, radiusY: Double, degrees: Double)
        case polygon([LabelPoint])
        case mask(CVATMask)
    }

    /// The name of its element.
    let kind: String
    let geometry: Geometry
    /// The frame of a shape of a track.
    let frame: Int
    /// Whether the object is out of sight from this frame on.
    let isOutside: Bool
    let zOrder: Int
    /// The group; 0 for none.
    let group: Int
    let label: String
    var isCrowd = false
    /// A repair for the list of problems; nil for none.
    let repair: String?

    /// The elements of shapes with an area.
    static let kinds:
        [String: @Sendable (CVATAttributes) throws(CVATFault) -> (Geometry, repair: String?)] = [
            "box": box, "ellipse": ellipse, "polygon": polygon, "mask": mask,
        ]

    /// The elements of shapes without one.
    static let flatKinds: Set<String> = ["polyline", "points", "cuboid", "skeleton"]

    /// - Parameter label: of the track; nil where the shape states its own.
    init(_ kind: String, _ attributes: CVATAttributes, label: String?) throws(CVATFault) {
        guard let geometry = Self.kinds[kind] else {
            throw CVATFault("a \(kind) has no area")
        }
        self.kind = kind
        (self.geometry, repair) = try geometry(attributes)
        frame = try label == nil ? 0 : attributes.integer("frame")
        guard frame >= 0 else { throw CVATFault("frame \(frame) is negative") }
        isOutside = label != nil && attributes["outside"] == "1"
        zOrder = try attributes.integer("z_order", default: 0)
        group = try attributes.integer("group_id", default: 0)
        self.label = if let label { label } else { try attributes.required("label") }
    }

    private static func box(
        _ attributes: CVATAttributes
    ) throws(CVATFault) -> (Geometry, repair: String?) {
        let (left, right) = (try attributes.number("xtl"), try attributes.number("xbr"))
        let (top, bottom) = (try attributes.number("ytl"), try attributes.number("ybr"))
        let degrees = try attributes.number("rotation", default: 0)
        guard left != right, top != bottom else { throw CVATFault("the box has no area") }
        let isReversed = right < left || bottom < top
        let geometry = Geometry.box(
            LabelPoint(min(left, right), min(top, bottom)),
            LabelPoint(max(left, right), max(top, bottom)), degrees: degrees)
        return (geometry, isReversed ? "reversed corners; sorted" : nil)
    }

    private static func ellipse(
        _ attributes: CVATAttributes
    ) throws(CVATFault) -> (Geometry, repair: String?) {
        let (radiusX, radiusY) = (try attributes.number("rx"), try attributes.number("ry"))
        guard radiusX > 0, radiusY > 0 else {
            throw CVATFault("the half axes \(radiusX) and \(radiusY) are not positive")
        }
        let center = LabelPoint(try attributes.number("cx"), try attributes.number("cy"))
        let degrees = try attributes.number("rotation", default: 0)
        return (.ellipse(center: center, radiusX: radiusX, radiusY: radiusY, degrees: degrees), nil)
    }

    private static func polygon(
        _ attributes: CVATAttributes
    ) throws(CVATFault) -> (Geometry, repair: String?) {
        let text = try attributes.required("points")
        var points: [LabelPoint] = []
        for pair in text.split(separator: ";") {
            let numbers = pair.split(separator: ",", omittingEmptySubsequences: false)
            guard numbers.count == 2 else {
                throw CVATFault("points: “\(pair.prefix(40))” is not a pair of numbers")
            }
            points.append(
                LabelPoint(
                    try CVATAttributes.number(numbers[0], "points"),
                    try CVATAttributes.number(numbers[1], "points")))
        }
        guard points.count >= 3 else {
            throw CVATFault("fewer than 3 points: \(points.count)")
        }
        return (.polygon(points), nil)
    }

    private static func mask(
        _ attributes: CVATAttributes
    ) throws(CVATFault) -> (Geometry, repair: String?) {
        (.mask(try CVATMask(attributes)), nil)
    }
}

extension CVATShape {
    /// Returns the region in a picture, and what was repaired for it.
    ///
    /// - Parameter size: of the picture; nil where it is not known.
    /// - Throws: ``CVATFault`` for what lies outside of the picture, and a mask without its size.
    func region(
        in size: PictureSize?, _ allowance: inout CVATAllowance
    ) throws(CVATFault) -> (LabelRegion, repair: String?) {
        var repair = repair
        if case .polygon(let points) = geometry {
            switch OutlineCheck(size: size).verdict(on: points) {
            case .fine: break
            case .repaired(let message): repair = message
            case .unusable(let message): throw CVATFault(message)
            }
        } else if let size, isOutside(of: size) {
            throw CVATFault("the \(kind) lies outside of the picture of \(size)")
        }
        return (try geometry.region(in: size, &allowance), repair)
    }

    private func isOutside(of size: PictureSize) -> Bool {
        let (width, height) = (Double(size.width), Double(size.height))
        switch geometry {
        case .box(let low, let high, let degrees):
            return degrees == 0
                && (high.x <= 0 || low.x >= width || high.y <= 0 || low.y >= height)
        case .ellipse(let center, let radiusX, let radiusY, _):
            let radius = max(radiusX, radiusY)
            return center.x + radius <= 0 || center.x - radius >= width
                || center.y + radius <= 0 || center.y - radius >= height
        case .polygon, .mask:
            return false
        }
    }
}

extension CVATShape.Geometry {
    func region(
        in size: PictureSize?, _ allowance: inout CVATAllowance
    ) throws(CVATFault) -> LabelRegion {
        switch self {
        case .box(let low, let high, let degrees):
            return .box(
                center: LabelPoint((low.x + high.x) / 2, (low.y + high.y) / 2),
                width: high.x - low.x, height: high.y - low.y, degrees: degrees)
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            return .ellipse(center: center, radiusX: radiusX, radiusY: radiusY, degrees: degrees)
        case .polygon(let points):
            return .polygons([points])
        case .mask(let mask):
            guard let size else {
                throw CVATFault("a mask in a picture whose size the file omits")
            }
            return .runs(try mask.placed(in: size, &allowance))
        }
    }

    /// The numbers that a copy of it holds.
    var numberCount: Int {
        if case .polygon(let points) = self { 2 * points.count } else { 6 }
    }
}
