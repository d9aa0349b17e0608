import GestaltChecks
import GestaltTensor

/// How a picture is brought to another size.
public enum Interpolation: Sendable, Equatable {
    /// Bilinear when growing; when shrinking the triangle widens with the step, so that fine
    /// detail averages out in place of flickering. For photographs.
    case triangle
    /// The value of the nearest pixel: makes no values that were not there. For labels.
    case nearest
}

extension Tensor<UInt8> {
    /// Returns a picture `[H, W]` or `[H, W, C]`, or pictures `[…, H, W, C]`, in another size;
    /// channels stay as they are.
    ///
    /// With `triangle` the pixel center `(i + ½) · from / to` is the mean of the pixels around it,
    /// weighted by a triangle of half-width `max(1, from / to)`; this is what Pillow calls
    /// `BILINEAR`. Bytes are rounded to nearest.
    ///
    /// - Precondition: both sides are positive, before and after.
    public func resized(
        height: Int, width: Int, by interpolation: Interpolation = .triangle
    ) -> Tensor<UInt8> {
        guard rank > 2 else {
            requireSides(rank == 2, height, width)
            return expanded(axis: 2).resized(height: height, width: width, by: interpolation)
                .reshaped([height, width])
        }
        return switch interpolation {
        case .triangle: averaged(height: height, width: width)
        case .nearest: picked(axis: rank - 3, height: height, width: width)
        }
    }

    /// Returns the picture with every pixel as a square of `factor` × `factor`; `[H, W]` or
    /// `[H, W, C]`.
    ///
    /// - Precondition: `factor` is positive.
    public func magnified(by factor: Int) -> Tensor<UInt8> {
        require(factor > 0, "magnified(by: \(factor))")
        return resized(height: shape[0] * factor, width: shape[1] * factor, by: .nearest)
    }
}

extension Tensor<Float> {
    /// Returns maps `[…, H, W, C]` in another size, weighted as pictures are by
    /// ``Interpolation/triangle``. Carries no gradient, unlike `interpolated(to:)`, which puts no
    /// filter before a reduction in size.
    ///
    /// - Precondition: both sides are positive, before and after.
    public func resized(height: Int, width: Int) -> Tensor<Float> {
        averaged(height: height, width: width)
    }
}

extension Tensor {
    /// Returns label maps `[…, H, W]` in another size, each label that of the nearest pixel: no
    /// label occurs that was not there.
    ///
    /// - Precondition: both sides are positive, before and after.
    public func resizedLabels(height: Int, width: Int) -> Tensor {
        picked(axis: rank - 2, height: height, width: width)
    }

    fileprivate func requireSides(_ hasRank: Bool, _ height: Int, _ width: Int) {
        require(
            hasRank && height > 0 && width > 0,
            "resized: \(shape) to \(height) × \(width) pixels")
    }

    /// `[…, H, W, …]`, whose rows are axis `axis`, by nearest neighbors.
    fileprivate func picked(axis: Int, height: Int, width: Int) -> Tensor {
        requireSides(axis >= 0 && shape[axis] > 0 && shape[axis + 1] > 0, height, width)
        if shape[axis] == height, shape[axis + 1] == width { return self }
        let rows = nearestPlaces(from: shape[axis], to: height)
        let columns = nearestPlaces(from: shape[axis + 1], to: width)
        let (sourceRows, sourceColumns) = (shape[axis], shape[axis + 1])
        let inner = axis + 2 < rank ? shape[axis + 2] : 1
        var target = shape
        (target[axis], target[axis + 1]) = (height, width)
        guard target.elementCount > 0 else { return Tensor(shape: target, scalars: []) }
        let outer = target.elementCount / (height * width * inner)
        return withScalars { source in
            Tensor(uninitialized: target) { target in
                let chunk = Swift.max(1, parallelThreshold / (width * inner))
                parallelChunks(count: outer * height, minimumChunk: chunk, alignment: 1) { lines in
                    var place = lines.lowerBound * width * inner
                    for line in lines {
                        let row = line / height * sourceRows + rows[line % height]
                        for column in columns {
                            let start = (row * sourceColumns + column) * inner
                            for offset in 0..<inner {
                                target[place + offset] = source[start + offset]
                            }
                            place += inner
                        }
                    }
                }
            }
        }
    }
}

/// The pixel of the old axis that is nearest to each pixel of the new one.
private func nearestPlaces(from source: Int, to target: Int) -> [Int] {
    let step = Double(source) / Double(target)
    return (0..<target).map { min(source - 1, Int((Double($0) + 0.5) * step)) }
}

extension Tensor where Scalar: AveragedScalar {
    /// `[…, H, W, C]` in another size by weights of a triangle.
    fileprivate func averaged(height: Int, width: Int) -> Tensor {
        requireSides(
            rank >= 3 && shape[-3] > 0 && shape[-2] > 0, height, width)
        if shape[-3] == height, shape[-2] == width { return self }
        let resizing = TriangleResizing(
            rows: TriangleWeights(from: shape[-3], to: height),
            columns: TriangleWeights(from: shape[-2], to: width), channels: shape[-1])
        var target = shape
        (target[-3], target[-2]) = (height, width)
        guard target.elementCount > 0 else { return Tensor(shape: target, scalars: []) }
        return withScalars { source in
            Tensor(uninitialized: target) { resizing.apply(source, to: $0) }
        }
    }
}
