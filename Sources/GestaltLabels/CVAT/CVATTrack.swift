/// An object over the frames of a film: shapes at its keyframes.
struct CVATTrack {
    let id: Int
    let label: String
    let group: Int
    /// The task of a project to which it belongs; nil elsewhere.
    let task: Int?
    /// At ascending frames, all of one kind.
    private(set) var shapes: [CVATShape]

    /// - Parameter shapes: in the order of the file.
    /// - Throws: ``CVATFault`` for shapes of several kinds and for two in one frame.
    init(
        id: Int, label: String, group: Int, task: Int?, shapes: [CVATShape]
    ) throws(CVATFault) {
        guard let first = shapes.first else { throw CVATFault("a track without shapes") }
        if let other = shapes.first(where: { $0.kind != first.kind }) {
            throw CVATFault("a track of several kinds of shapes: \(first.kind) and \(other.kind)")
        }
        let sorted = shapes.sorted { $0.frame < $1.frame }
        for (shape, next) in zip(sorted, sorted.dropFirst()) where shape.frame == next.frame {
            throw CVATFault("frame \(shape.frame) appears twice")
        }
        self.id = id
        self.label = label
        self.group = group
        self.task = task
        self.shapes = sorted
    }

    /// Whether no frame shows it.
    var isNeverVisible: Bool { shapes.allSatisfy(\.isOutside) }

    /// A shape in one frame.
    struct Appearance {
        let frame: Int
        let region: LabelRegion
        let zOrder: Int
        let isCrowd: Bool
    }

    /// Returns its shape in every frame of `frames` that shows it, ascending.
    ///
    /// Between keyframes boxes, ellipses and their turn move linearly, polygons as ``CVATCurve``
    /// says; a mask stays until the next keyframe. After the last keyframe a shape stays to the
    /// end, unless it is outside.
    func appearances(
        in frames: CVATFrames, size: PictureSize?, _ allowance: inout CVATAllowance
    ) throws(CVATFault) -> [Appearance] {
        var result: [Appearance] = []
        for (index, shape) in shapes.enumerated() where !shape.isOutside {
            let next = index + 1 < shapes.count ? shapes[index + 1] : nil
            let between = frames.between(shape.frame, next?.frame ?? frames.last + 1)
            let movement = next.flatMap { CVATMovement(from: shape, to: $0) }
            let (numbers, isHuge) = (between.count + 1).multipliedReportingOverflow(
                by: 16 + (movement?.numberCount ?? 0))
            try allowance.spend(isHuge ? .max : numbers)
            let region = try shape.geometry.region(in: size, &allowance)
            result.append(appearance(of: shape, frame: shape.frame, region))
            for frame in between.all {
                let moved =
                    try movement?.geometry(at: frame).region(in: size, &allowance) ?? region
                result.append(appearance(of: shape, frame: frame, moved))
            }
        }
        return result
    }

    private func appearance(
        of shape: CVATShape, frame: Int, _ region: LabelRegion
    ) -> Appearance {
        Appearance(frame: frame, region: region, zOrder: shape.zOrder, isCrowd: shape.isCrowd)
    }
}

/// The movement of a shape from one keyframe to the next.
struct CVATMovement {
    private let path: Path
    private let start: Int
    private let length: Int
    /// The numbers that one frame in between holds.
    let numberCount: Int

    private enum Path {
        case linear([Double], [Double], make: @Sendable ([Double]) -> CVATShape.Geometry)
        case curve(CVATCurve)
    }

    /// - Returns: nil for shapes that stay where they are.
    init?(from shape: CVATShape, to next: CVATShape) {
        start = shape.frame
        length = next.frame - shape.frame
        switch (shape.geometry, next.geometry) {
        case (.box(let low, let high, let degrees), .box(let low2, let high2, let degrees2)):
            path = .linear(
                [low.x, low.y, high.x, high.y, degrees],
                [low2.x, low2.y, high2.x, high2.y, Self.target(of: degrees, degrees2)]
            ) {
                .box(
                    LabelPoint($0[0], $0[1]), LabelPoint($0[2], $0[3]),
                    degrees: Self.turn($0[4]))
            }
        case (
            .ellipse(let at, let x, let y, let degrees),
            .ellipse(let at2, let x2, let y2, let degrees2)
        ):
            path = .linear(
                [at.x, at.y, x, y, degrees],
                [at2.x, at2.y, x2, y2, Self.target(of: degrees, degrees2)]
            ) {
                .ellipse(
                    center: LabelPoint($0[0], $0[1]), radiusX: $0[2], radiusY: $0[3],
                    degrees: Self.turn($0[4]))
            }
        case (.polygon(let points), .polygon(let points2)):
            path = .curve(CVATCurve(from: points, to: points2))
        default:
            return nil
        }
        numberCount = if case .curve(let curve) = path { 2 * curve.pointCount } else { 6 }
    }

    /// Returns the shape at a frame between both keyframes.
    func geometry(at frame: Int) -> CVATShape.Geometry {
        let part = Double(frame - start) / Double(length)
        switch path {
        case .linear(let from, let to, let make):
            return make(zip(from, to).map { $0 + ($1 - $0) * part })
        case .curve(let curve):
            return .polygon(curve.outline(at: part))
        }
    }

    /// Returns the turn to move to, at most half a circle away.
    private static func target(of degrees: Double, _ next: Double) -> Double {
        degrees + (next - degrees).remainder(dividingBy: 360)
    }

    /// Returns the turn from 0 to below 360.
    private static func turn(_ degrees: Double) -> Double {
        let rest = degrees.truncatingRemainder(dividingBy: 360)
        return rest < 0 ? rest + 360 : rest
    }
}
