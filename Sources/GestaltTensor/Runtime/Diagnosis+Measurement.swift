import CBLAS
import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Runtime {
    /// Examines and measures the machine, in about a second with about 150 MiB of memory.
    ///
    /// Most accurate on an otherwise idle machine, while no operation runs.
    public static func diagnose() -> Diagnosis {
        let blas = BLASPreparation.shared
        var variables: [String: String] = [:]
        for name in Diagnosis.Findings.watchedVariables {
            variables[name] = environmentValue(name)
        }
        // First, so that a refused thread is known afterwards.
        let speeds = Diagnosis.Speeds.measured()
        let findings = Diagnosis.Findings(
            processor: .current, availableCPUs: availableCPUs, threads: threads,
            threadsReason: threadsReason,
            instructionSet: instructionSet, library: blas.library,
            coreTypeBefore: blas.coreNameBefore, coreTypeAfter: blas.coreNameAfter,
            coreTypeReason: blas.reason, variables: variables,
            complaints: warnings, speeds: speeds)
        return Diagnosis(findings)
    }
}

extension Diagnosis.Speeds {
    static func measured() -> Self {
        Runtime.prepare()
        // More threads than CPUs would only take turns, each with a separate result.
        let workers = min(Runtime.threads, max(1, Runtime.availableCPUs))
        let product = ProductMeasurement(copies: workers)
        let streams = StreamMeasurement()
        return Self(
            arithmetic: measuredArithmetic(), productOneThread: product.gigaflops(threads: 1),
            productAllThreads: product.gigaflops(threads: workers),
            streaming: streams.looping(), copying: streams.copying())
    }

    private static func measuredArithmetic() -> [Runtime.InstructionSet: Double] {
        var result: [Runtime.InstructionSet: Double] = [:]
        let iterations: Int64 = 500_000
        for set in Runtime.InstructionSet.allCases where set <= Processor.current.instructionSet {
            let set32 = Int32(set.rawValue)
            let seconds = shortestTime(within: 0.04) { _ = gk_arithmetic(set32, iterations) }
            result[set] = Double(iterations) * Double(gk_arithmetic_flops(set32)) / seconds / 1e9
        }
        return result
    }
}

/// Returns the shortest time of the runs that begin within `budget` seconds after a warm-up run; at
/// least one is timed.
private func shortestTime(within budget: Double, _ body: () -> Void) -> Double {
    body()
    let begin = gk_nanoseconds()
    var shortest = Double.infinity
    repeat {
        let start = gk_nanoseconds()
        body()
        shortest = min(shortest, Double(gk_nanoseconds() - start) * 1e-9)
    } while Double(gk_nanoseconds() - begin) * 1e-9 < budget
    return shortest
}

/// Products of square matrices, one independent result per task.
private final class ProductMeasurement {
    private static let size = 1024
    private static let byteCount = size * size * MemoryLayout<Float>.stride

    private let left: MeasuredBuffer
    private let right: MeasuredBuffer
    private let results: [MeasuredBuffer]

    init(copies: Int) {
        left = MeasuredBuffer(byteCount: Self.byteCount)
        right = MeasuredBuffer(byteCount: Self.byteCount)
        results = (0..<copies).map { _ in MeasuredBuffer(byteCount: Self.byteCount) }
    }

    func gigaflops(threads: Int) -> Double {
        let size = Int32(Self.size)
        let seconds = shortestTime(within: 0.15) {
            parallelFor(threads) { task in
                cblas_sgemm(
                    CblasRowMajor, CblasNoTrans, CblasNoTrans, size, size, size,
                    1, left.floats, size, right.floats, size, 0, results[task].floats, size)
            }
        }
        let operations = 2 * Double(Self.size) * Double(Self.size) * Double(Self.size)
        return operations * Double(threads) / seconds / 1e9
    }
}

/// Passes over buffers larger than any cache, with resident pages.
private final class StreamMeasurement {
    private static let byteCount = 64 << 20
    private static let count = byteCount / MemoryLayout<Float>.stride
    private static let shortestRange = 1 << 15

    private let source = MeasuredBuffer(byteCount: byteCount)
    private let target = MeasuredBuffer(byteCount: byteCount)

    func looping() -> Double {
        speed { range in
            gk_scaled_copy(
                target.floats + range.lowerBound, source.floats + range.lowerBound, 0.5, range.count
            )
        }
    }

    func copying() -> Double {
        speed { range in
            memcpy(
                target.floats + range.lowerBound, source.floats + range.lowerBound,
                range.count * MemoryLayout<Float>.stride)
        }
    }

    /// Measures the bytes read and written, in 10⁹ per second.
    private func speed(_ pass: (Range<Int>) -> Void) -> Double {
        let seconds = shortestTime(within: 0.1) {
            parallelChunks(count: Self.count, minimumChunk: Self.shortestRange, pass)
        }
        return 2 * Double(Self.byteCount) / seconds / 1e9
    }
}

/// A buffer of the pool, filled, and released on deinitialization.
private final class MeasuredBuffer {
    let floats: UnsafeMutablePointer<Float>
    private let byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
        let count = byteCount / MemoryLayout<Float>.stride
        floats = BufferPool.allocate(byteCount: byteCount).bindMemory(
            to: Float.self, capacity: count)
        floats.initialize(repeating: 0.5, count: count)
    }

    deinit { BufferPool.release(floats, byteCount: byteCount) }
}
