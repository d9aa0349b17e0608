import Dispatch
import GestaltTensor

/// How fast all threads together read memory that no cache holds.
public final class ReadSpeed {
    private let buffer: Tensor<Float>

    public init(byteCount: Int) { buffer = .init(repeating: 0.5, shape: [byteCount / 4]) }

    /// Seconds to read so many bytes once; more than the buffer has in several passes.
    public func seconds(reading byteCount: Int) -> Double {
        let threads = Runtime.threads
        let share = 4 * buffer.count / threads
        let time = Measurement(warmUps: 0, runs: 1) {
            buffer.withScalars { scalars in
                nonisolated(unsafe) let base = UnsafeRawPointer(scalars.baseAddress!)
                DispatchQueue.concurrentPerform(iterations: threads) { thread in
                    var left = byteCount / threads
                    while left > 0 {
                        let length = min(left, share)
                        blackHole(readTwoStreams(base + thread * share, byteCount: length))
                        left -= length
                    }
                }
            }
            return 0
        }
        return time.median
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
