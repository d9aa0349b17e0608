/// Clips closed outlines to a rectangle, side by side (Sutherland and Hodgman, 1974).
///
/// Parts outside become edges along the sides, so an outline stays closed.
struct OutlineClipping {
    let x: ClosedRange<Double>
    let y: ClosedRange<Double>

    func applied(to outline: [LabelPoint]) -> [LabelPoint] {
        var points = outline
        points = clipped(points) { $0.x - x.lowerBound }
        points = clipped(points) { x.upperBound - $0.x }
        points = clipped(points) { $0.y - y.lowerBound }
        points = clipped(points) { y.upperBound - $0.y }
        return points.map { point in
            LabelPoint(
                min(max(point.x, x.lowerBound), x.upperBound),
                min(max(point.y, y.lowerBound), y.upperBound))
        }
    }

    /// Keeps the side where `distance` is not negative.
    private func clipped(
        _ points: [LabelPoint], _ distance: (LabelPoint) -> Double
    ) -> [LabelPoint] {
        guard var from = points.last else { return [] }
        var result: [LabelPoint] = []
        for to in points {
            // Halved, since differences of the largest numbers overflow.
            let (before, after) = (distance(from) / 2, distance(to) / 2)
            if (before < 0) != (after < 0) {
                // From the end inside: the other may be so far away that nothing is left of it.
                let (inside, outside) = before < 0 ? (to, from) : (from, to)
                let near = max(before, after)
                let part = near / 2 / (near / 2 - min(before, after) / 2)
                result.append(
                    LabelPoint(
                        inside.x * (1 - part) + outside.x * part,
                        inside.y * (1 - part) + outside.y * part))
            }
            if after >= 0 { result.append(to) }
            from = to
        }
        return result
    }
}
