/// The pixels of a labeled object, as a label file describes them.
///
/// Coordinates are in pixels, `x` to the right and `y` down, from the upper left corner of the
/// picture: pixel 0 reaches from 0 to 1.
public enum LabelRegion: Sendable, Equatable {
    /// The union of closed outlines, filled by the rule of the COCO tools.
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
