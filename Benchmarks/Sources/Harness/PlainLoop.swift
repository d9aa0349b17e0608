import Dispatch
import GestaltTensor

/// Loops over buffers that no cache holds, on as many threads as the library and in memory like its
/// tensors': what memory gives when nothing else is in the way.
public final class PlainLoop {
    private var buffers: [Tensor<Float>]
    private let count: Int

    /// - Parameter count: floats of a buffer; there are two, and two more once `updateThree` runs.
    public init(count: Int = 1 << 24) {
        buffers = [.ones([count]), .zeros([count])]
        self.count = count
    }

    /// Bytes that `run` and `runInPlace` read and write.
    public var byteCount: Double { Double(2 * MemoryLayout<Float>.stride * count) }

    /// Reads one buffer and writes the other; a number of the result.
    public func run() -> Double {
        inParts { buffers, range in
            let (from, to) = (buffers[0], buffers[1])
            for index in range { to[index] = from[index] * 1.5 }
        }
    }

    /// Writes a buffer over itself: as many bytes, but none is fetched only to be overwritten.
    public func runInPlace() -> Double {
        inParts { buffers, range in
            let to = buffers[1]
            for index in range { to[index] = to[index] * 0.5 }
        }
    }

    /// Adds one buffer to three others, 3½ times `byteCount`: on some processors more streams keep
    /// memory busier.
    public func updateThree() -> Double {
        while buffers.count < 4 { buffers.append(.zeros([count])) }
        return inParts { buffers, range in
            let (d, a, b, c) = (buffers[0], buffers[1], buffers[2], buffers[3])
            for index in range {
                let x = d[index]
                a[index] += x
                b[index] += x
                c[index] += x
            }
        }
    }

    private typealias Pointer = UnsafeMutablePointer<Float>

    private func inParts(_ body: @Sendable ([Pointer], Range<Int>) -> Void) -> Double {
        // More parts than threads: one that is held up leaves its parts to the others.
        let (parts, count) = (8 * Runtime.threads, count)
        nonisolated(unsafe) let pointers = buffers.indices.map { place in
            // The buffers are never shared and outlive the loop, so their memory stays in place.
            buffers[place].withMutableScalars { $0.baseAddress! }
        }
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            body(pointers, (count * part / parts)..<(count * (part + 1) / parts))
        }
        return Double(pointers[1][count - 1])
    }
}
