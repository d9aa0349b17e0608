import GestaltChecks

/// Fills a turned ellipse: the pixels whose centers lie inside or on its edge.
struct EllipseFilling {
    let center: LabelPoint
    let radiusX: Double
    let radiusY: Double
    let degrees: Double

    func runs(size: PictureSize) -> RunLengthMask {
        require(
            [center.x, center.y, radiusX, radiusY, degrees].allSatisfy(\.isFinite),
            "EllipseFilling: \(self) is not finite")
        guard radiusX > 0, radiusY > 0, size.pixelCount > 0 else {
            return RunLengthMask(empty: size)
        }
        var runs: [Int] = []
        var end = 0
        for column in columns(of: size.width) {
            guard let rows = rows(column, height: size.height) else { continue }
            let start = column * size.height + rows.lowerBound
            if start == end && !runs.isEmpty {
                runs[runs.count - 1] += rows.count
            } else {
                runs.append(start - end)
                runs.append(rows.count)
            }
            end = start + rows.count
        }
        if end < size.pixelCount { runs.append(size.pixelCount - end) }
        return RunLengthMask(size: size, normalized: runs)
    }

    private func columns(of width: Int) -> Range<Int> {
        let turn = Turn(degrees: degrees)
        let (across, along) = (radiusX * turn.cosine, radiusY * turn.sine)
        let reach = (across * across + along * along).squareRoot()
        let first = min(max((center.x - reach - 1).rounded(.down), 0), Double(width))
        let last = min(max((center.x + reach + 1).rounded(.up), first), Double(width))
        return Int(first)..<Int(last)
    }

    /// Returns the rows of a column; nil when it misses the ellipse.
    private func rows(_ column: Int, height: Int) -> Range<Int>? {
        let turn = Turn(degrees: degrees)
        let x = Double(column) + 0.5 - center.x
        // With u = x cos + y sin and v = y cos - x sin: (u / rx)² + (v / ry)² <= 1, solved for y.
        let (c, s) = (turn.cosine, turn.sine)
        let (a, b) = (1 / (radiusX * radiusX), 1 / (radiusY * radiusY))
        let square = s * s * a + c * c * b
        let middle = x * s * c * (a - b)
        let rest = x * x * (c * c * a + s * s * b) - 1
        let discriminant = middle * middle - square * rest
        guard discriminant >= 0, square > 0 else { return nil }
        let root = discriminant.squareRoot()
        let low = center.y + (-middle - root) / square - 0.5
        let high = center.y + (-middle + root) / square - 0.5
        guard low.isFinite, high.isFinite else { return nil }
        let first = min(max(low.rounded(.up), 0), Double(height))
        let end = min(max(high.rounded(.down) + 1, first), Double(height))
        return first < end ? Int(first)..<Int(end) : nil
    }
}
