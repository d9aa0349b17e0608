import Dispatch
import GestaltTensor
import Harness

/// How fast all threads together read memory that no cache holds.
final class ReadSpeed {
    private let buffer: Tensor<Float>

    init(byteCount: Int) { buffer = .filled([byteCount / 4], with: 0.5) }

    /// Bytes per second: the better of two passes over the buffer.
    func measure() -> Double {
        let count = buffer.count
        let time = Measurement(warmUps: 1, runs: 2) {
            buffer.withScalars { scalars in
                nonisolated(unsafe) let base = UnsafeRawPointer(scalars.baseAddress!)
                let threads = Runtime.threads
                let share = 4 * count / threads
                DispatchQueue.concurrentPerform(iterations: threads) { thread in
                    blackHole(readTwoStreams(base + thread * share, byteCount: share))
                }
            }
            return 0
        }
        return Double(4 * count) / time.seconds[0]
    }
}

/// Two streams at once: on some processors a single one does not keep memory busy.
private func readTwoStreams(_ start: UnsafeRawPointer, byteCount: Int) -> Float {
    let half = byteCount / 512 * 256
    var sums = (SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>())
    for offset in stride(from: 0, to: half, by: 128) {
        sums.0 += start.load(fromByteOffset: offset, as: SIMD16<Float>.self)
        sums.1 += start.load(fromByteOffset: offset + 64, as: SIMD16<Float>.self)
        sums.2 += start.load(fromByteOffset: half + offset, as: SIMD16<Float>.self)
        sums.3 += start.load(fromByteOffset: half + offset + 64, as: SIMD16<Float>.self)
    }
    return (sums.0 + sums.1 + sums.2 + sums.3).sum()
}

@inline(never)
private func blackHole(_ value: Float) {
    if value == -1 { print(value) }
}
