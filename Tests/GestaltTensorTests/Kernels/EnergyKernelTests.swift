import CKernels
import GestaltTensor
import TestSupport
import Testing

/// Sums of the squares of pixels, and their range, against plain loops.
@Suite struct NonFiniteEnergyKernelTests {
    @Test(arguments: possibleSets)
    func energies(_ set: Runtime.InstructionSet) {
        check(Float.self, set)
        check(Double.self, set)
    }

    private func check<Scalar: FloatingScalar>(_ type: Scalar.Type, _ set: Runtime.InstructionSet) {
        let variant = Scalar.variant(set)
        for channels in [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 32, 33, 63, 64, 65, 130] {
            for pixels in [0, 1, 2, 3, 4, 5, 9] {
                var x = Tensor<Scalar>.sample([pixels, channels], seed: 3, in: -1...1).scalars
                if pixels > 2 { x[3 * channels - 1] = .nan }
                if pixels > 4 { for c in 0..<channels { x[4 * channels + c] = 0 } }
                var found = [Scalar](repeating: -1, count: pixels)
                gk_pixel_energies(variant, x, pixels, channels, &found)
                for pixel in 0..<pixels {
                    let expected = (0..<channels).reduce(0.0) { sum, c in
                        let value = Double(x[pixel * channels + c])
                        return sum + value * value
                    }
                    let value = Double(found[pixel])
                    #expect(
                        expected.isNaN
                            ? value.isNaN : abs(value - expected) <= 1e-6 * Double(channels))
                }
                checkRange(found, variant)
            }
        }
    }

    private func checkRange<Scalar: FloatingScalar>(_ energies: [Scalar], _ variant: Int32) {
        var range = gk_energies()
        gk_energy_range(variant, energies, energies.count, &range)
        let isFinite = energies.allSatisfy(\.isFinite)
        #expect((range.has_non_finite == 0) == isFinite)
        guard isFinite else { return }
        #expect(range.largest == Double(energies.max() ?? 0))
        #expect(range.least == energies.filter { $0 > 0 }.min().map { Double($0) } ?? .infinity)
        #expect((range.has_zeros != 0) == energies.contains(0))
        #expect(abs(range.total - energies.reduce(0) { $0 + Double($1) }) <= 1e-4)
    }
}
