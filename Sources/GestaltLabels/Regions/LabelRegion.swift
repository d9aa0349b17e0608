import GestaltChecks
import GestaltTensor

/// The pixels of a labeled object, as a label file describes them.
///
/// Coordinates are in pixels, `x` to the right and `y` down, from the upper left corner of the
/// picture: pixel 0 reaches from 0 to 1.
public enum LabelRegion: Sendable, Equatable {
    /// The union of closed outlines, each filled by the rule of the COCO tools: even-odd within
    /// one outline. The last point is connected with the first.
    case polygons([[LabelPoint]])
    /// A run-length mask of the whole picture.
    case runs(RunLengthMask)
    /// A rectangle, turned clockwise by `degrees` about its center.
    case box(center: LabelPoint, width: Double, height: Double, degrees: Double)
    /// An ellipse with its half axes, turned clockwise by `degrees` about its center.
    case ellipse(center: LabelPoint, radiusX: Double, radiusY: Double, degrees: Double)
}

/// A point of an outline, in pixels.
public struct LabelPoint: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

extension LabelRegion {
    /// Returns the pixels of the region in a picture of `size`; what lies outside is cut off.
    ///
    /// Polygons and boxes follow the rule of the COCO tools to the pixel; an ellipse has the
    /// pixels whose centers lie inside.
    ///
    /// - Precondition: coordinates are finite, and a run-length mask has this size.
    /// - Complexity: for outlines, the number of points times the columns they span, whatever the
    ///   coordinates.
    public func runs(size: PictureSize) -> RunLengthMask {
        switch self {
        case .polygons(let rings):
            return .union(rings.map { RunLengthMask(filling: $0, size: size) }, size: size)
        case .runs(let mask):
            require(
                mask.size == size, "LabelRegion.runs: mask of \(mask.size) in picture of \(size)")
            return mask
        case .box:
            return RunLengthMask(filling: outlines.first ?? [], size: size)
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            let filling = EllipseFilling(
                center: center, radiusX: radiusX, radiusY: radiusY, degrees: degrees)
            return filling.runs(size: size)
        }
    }

    /// Returns the pixels of the region as a bitmap `[H, W]` of 0 and 1; see ``runs(size:)``.
    ///
    /// - Precondition: coordinates are finite, and a run-length mask has this size.
    public func mask(size: PictureSize) -> Tensor<UInt8> { runs(size: size).bitmap }

    /// The region as outlines: the rings of polygons, the corners of a box, 64 points on an
    /// ellipse, and for a mask its outline along the corners of pixels; see
    /// ``RunLengthMask/outlines``.
    ///
    /// Filled again, all but an ellipse have the same pixels.
    public var outlines: [[LabelPoint]] {
        switch self {
        case .polygons(let rings):
            return rings
        case .runs(let mask):
            return mask.outlines
        case .box(let center, let width, let height, let degrees):
            let turn = Turn(degrees: degrees)
            let corners = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
            return [corners.map { turn.applied(to: $0.0 * width, $0.1 * height, about: center) }]
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            let turn = Turn(degrees: degrees)
            let points = (0..<64).map { step in
                let around = Turn(degrees: Double(step) * 360 / 64)
                return turn.applied(
                    to: radiusX * around.cosine, radiusY * around.sine, about: center)
            }
            return [points]
        }
    }
}
