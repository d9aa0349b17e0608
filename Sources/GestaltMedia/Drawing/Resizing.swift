import GestaltChecks
import GestaltTensor

/// The interpolation method for resizing an image.
public enum Interpolation: Sendable, Equatable {
    /// Bilinear for enlargement; for reduction the triangle widens with the step, so that fine
    /// detail is averaged instead of flickering. For photographs.
    case triangle
    /// The value of the nearest pixel: creates no new values. For labels.
    case nearest
}

extension Tensor<UInt8> {
    /// Returns the image `[H, W]` or `[H, W, C]` in another size; channels are unchanged.
    ///
    /// With `triangle` the pixel center `(i + ½) · from / to` is the mean of the pixels around it,
    /// weighted by a triangle of half-width `max(1, from / to)`; the method is Pillow's `BILINEAR`.
    ///
    /// - Precondition: both sides are positive, before and after.
    public func resized(
        height: Int, width: Int, by interpolation: Interpolation = .triangle
    ) -> Tensor<UInt8> {
        require(
            height > 0 && width > 0 && (shape.rank == 2 || shape.rank == 3) && shape[0] > 0
                && shape[1] > 0,
            "resized: a picture [H, W] or [H, W, C] of \(shape) to \(height) × \(width)")
        if shape[0] == height && shape[1] == width { return self }
        let channels = shape.rank == 3 ? shape[2] : 1
        let target: Shape = shape.rank == 3 ? [height, width, channels] : [height, width]
        let resizing = Resizing(
            rows: .init(from: shape[0], to: height, interpolation),
            columns: .init(from: shape[1], to: width, interpolation), channels: channels)
        return Tensor(shape: target, scalars: withScalars { resizing.apply($0) })
    }

    /// Enlarges every pixel to a square of `factor` × `factor`; `[H, W]` or `[H, W, C]`.
    ///
    /// - Precondition: `factor` is positive.
    public func magnified(by factor: Int) -> Tensor<UInt8> {
        require(factor > 0, "magnified(by: \(factor))")
        return resized(height: shape[0] * factor, width: shape[1] * factor, by: .nearest)
    }
}

/// The source pixels of each pixel of the new axis, with their weights.
private struct AxisWeights {
    var starts: [Int] = []
    var weights: [[Float]] = []
    let source: Int

    init(from source: Int, to target: Int, _ interpolation: Interpolation) {
        self.source = source
        let step = Double(source) / Double(target)
        for index in 0..<target {
            let center = (Double(index) + 0.5) * step
            if interpolation == .nearest {
                starts.append(Swift.min(source - 1, Int(center)))
                weights.append([1])
                continue
            }
            let reach = Swift.max(1, step)
            let first = Swift.max(0, Int(center - reach + 0.5))
            let last = Swift.min(source, Int(center + reach + 0.5))
            let raw = (first..<last).map { place in
                Swift.max(0, 1 - abs((Double(place) + 0.5 - center) / reach))
            }
            let total = raw.reduce(0, +)
            starts.append(first)
            weights.append(raw.map { Float($0 / total) })
        }
    }
}

/// A resizing of columns first, then rows; intermediate values are not rounded.
private struct Resizing {
    let rows: AxisWeights
    let columns: AxisWeights
    let channels: Int

    func apply(_ pixels: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        let stride = columns.source * channels
        let width = columns.starts.count * channels
        var wide = [Float](repeating: 0, count: rows.source * width)
        for row in 0..<rows.source {
            for (column, start) in columns.starts.enumerated() {
                for channel in 0..<channels {
                    var sum: Float = 0
                    var place = row * stride + start * channels + channel
                    for weight in columns.weights[column] {
                        sum += weight * Float(pixels[place])
                        place += channels
                    }
                    wide[row * width + column * channels + channel] = sum
                }
            }
        }
        var line = [Float](repeating: 0, count: width)
        var result: [UInt8] = []
        result.reserveCapacity(rows.starts.count * width)
        for (row, start) in rows.starts.enumerated() {
            for place in 0..<width { line[place] = 0 }
            for (offset, weight) in rows.weights[row].enumerated() {
                let base = (start + offset) * width
                for place in 0..<width { line[place] += weight * wide[base + place] }
            }
            for value in line { result.append(UInt8(Swift.min(255, Swift.max(0, value + 0.5)))) }
        }
        return result
    }
}
