import CKernels

/// The sums of the squares of each pixel's channels: how large the numbers are that a convolution's
/// tiles are made of. Measured by the tasks that read the pixels anyway.
///
/// `@unchecked Sendable`: each element is written by one task, and read after all have ended.
final class PixelEnergies<Scalar: FloatingScalar>: @unchecked Sendable {
    private let image: UnsafePointer<Scalar>
    private let channels: Int
    private let energies: Storage<Scalar>

    /// - Parameter image: `pixels` gapless pixels; outlives this object.
    init(_ image: UnsafePointer<Scalar>, pixels: Int, channels: Int) {
        (self.image, self.channels) = (image, channels)
        energies = Storage(count: pixels)
    }

    var pointer: UnsafePointer<Scalar> { UnsafePointer(energies.pointer) }

    /// Measures the pixels that stand where `part` stands in 0 ..< total.
    func measure(_ part: Range<Int>, of total: Int) {
        let first = energies.count * part.lowerBound / total
        let count = energies.count * part.upperBound / total - first
        guard count > 0 else { return }
        gk_pixel_energies(
            Scalar.variant, image + first * channels, count, channels, energies.pointer + first)
    }

    /// Measures all pixels.
    func measure() {
        let pixels = energies.count
        parallelChunks(
            count: pixels, minimumChunk: max(1, parallelThreshold / max(1, channels))
        ) { self.measure($0, of: pixels) }
    }

    /// Of all pixels, once they are measured.
    var range: gk_energies {
        var result = gk_energies()
        gk_energy_range(Scalar.variant, energies.pointer, energies.count, &result)
        return result
    }
}

extension gk_energies {
    /// Whether no tile can suffer, whatever it reads.
    var isEven: Bool {
        has_non_finite == 0 && largest <= gk_reach_ratio * least
            && (has_zeros == 0 || largest <= gk_reach_zero_limit)
    }

    /// Whether one pixel is so large that sums over all pixels consist of it: more than a thousand
    /// times the energy of all others together.
    var isDominated: Bool { largest > 1024 * (total - largest) }
}
