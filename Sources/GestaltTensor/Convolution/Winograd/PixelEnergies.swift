import CKernels

/// The sums of the squares of each pixel's channels: the magnitudes of the values in a
/// convolution's tiles. Measured by the tasks that read the pixels in any case.
///
/// `@unchecked Sendable`: each element is written by one task, and read after all have ended.
final class PixelEnergies<Scalar: FloatingScalar>: @unchecked Sendable {
    private let image: UnsafePointer<Scalar>
    private let channels: Int
    /// Pixels that are measured together, whole frames where equal frames must have equal energies:
    /// the last pixels of a kernel call may round otherwise than the first.
    private let unit: Int
    private let energies: Storage<Scalar>

    /// - Parameters:
    ///   - image: The contiguous elements of `tensor`, whose last axis is the channels; they
    ///     outlive this object.
    ///   - byFrames: Whether each frame, the last two spatial axes, is measured by itself.
    init(_ image: UnsafePointer<Scalar>, of tensor: Tensor<Scalar>, byFrames: Bool = false) {
        self.image = image
        channels = tensor.shape[-1]
        unit = byFrames ? max(1, tensor.shape.dropFirst().dropLast().suffix(2).reduce(1, *)) : 1
        energies = Storage(count: tensor.count / max(1, channels))
    }

    var pointer: UnsafePointer<Scalar> { UnsafePointer(energies.pointer) }

    /// Measures the pixels at the position of `part` in 0 ..< total.
    func measure(_ part: Range<Int>, of total: Int) {
        let units = energies.count / unit
        let first = units * part.lowerBound / total
        let last = units * part.upperBound / total
        guard unit > 1 else { return measure(first..<last) }
        for frame in first..<last { measure(frame * unit..<(frame + 1) * unit) }
    }

    private func measure(_ pixels: Range<Int>) {
        guard !pixels.isEmpty else { return }
        let first = pixels.lowerBound
        gk_pixel_energies(
            Scalar.variant, image + first * channels, pixels.count, channels,
            energies.pointer + first)
    }

    /// The range of the energies of all pixels, once they are measured.
    var range: gk_energies {
        var result = gk_energies()
        gk_energy_range(Scalar.variant, energies.pointer, energies.count, &result)
        return result
    }
}

/// The pixel energies of both operands of a weight's gradient.
struct GradientEnergies<Scalar: FloatingScalar>: Sendable {
    let source: PixelEnergies<Scalar>
    let cotangent: PixelEnergies<Scalar>

    /// Measures the pixels of both operands at the position of `part` in 0 ..< total.
    func measure(_ part: Range<Int>, of total: Int) {
        source.measure(part, of: total)
        cotangent.measure(part, of: total)
    }

    /// Whether sums over all pixels may be formed from differences: all values are finite, and no
    /// pixel dominates.
    var areEven: Bool {
        [source.range, cotangent.range].allSatisfy { $0.has_non_finite == 0 && !$0.isDominated }
    }
}

extension gk_energies {
    /// Whether no tile can lose accuracy, whichever pixels it reads.
    var isEven: Bool {
        has_non_finite == 0 && largest <= gk_reach_ratio * least
            && (has_zeros == 0 || largest <= gk_reach_zero_limit)
    }

    /// Whether one pixel is so large that sums over all pixels are dominated by it: more than a
    /// thousand times the energy of all others together.
    var isDominated: Bool { largest > 1024 * (total - largest) }
}
