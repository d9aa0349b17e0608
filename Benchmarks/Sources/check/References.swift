import GestaltTensor
import Harness
import Kernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// One measurement of a kernel beside its reference.
struct Sample {
    /// Median seconds of doing it once.
    let seconds: Double
    /// Of the ratios, turn by turn.
    let spread: Double
    /// The kernel's operations (bytes) a second over the reference's, median over the turns.
    let ratio: Double
    /// The reference's operations or bytes a second.
    let rate: Double
    let bytes: Double
}

/// What kernels are compared with.
final class References {
    private let product = BareProduct()
    private let loop = PlainLoop()

    /// Measures kernel and reference in turns; short ones in more turns.
    func measure(_ kernel: Kernel, rounds: Int) -> Sample {
        let prepared = kernel.prepare()
        let bytes = prepared.bytes ?? kernel.bytes
        let isArithmetic = kernel.bound == .arithmetic
        let work =
            (isArithmetic ? kernel.operations : bytes) * Double(kernel.repetitions)
        let reference = isArithmetic ? BareProduct.operationCount : loop.byteCount
        let turns = Measurement.alternating(
            runs: isArithmetic ? rounds : 2 * rounds + 1, prepared.body,
            { isArithmetic ? self.product.run() : self.loop.run() })
        // Buffers of this kernel's sizes help no other.
        Runtime.trimCache()
        let ratios = turns.quotients.map { $0 * work / reference }
        return Sample(
            seconds: turns.first.median / Double(kernel.repetitions), spread: spread(ratios),
            ratio: median(ratios), rate: reference / turns.second.median, bytes: bytes)
    }

    /// What the machine gives, measured in rounds.
    func speeds(rounds: Int) -> Speeds {
        let reading = ReadSpeed(byteCount: Int(loop.byteCount))
        let bytes = loop.byteCount
        let times = Measurement.rounds(
            rounds,
            [
                loop.run, loop.runInPlace, loop.updateThree,
                { reading.seconds(reading: Int(bytes)) }, product.run,
            ]
        ).map(\.median)
        return Speeds(
            loop: bytes / times[0], inPlace: bytes / times[1], update: 3.5 * bytes / times[2],
            reading: bytes / times[3], product: BareProduct.operationCount / times[4])
    }
}

/// Bytes and operations a second.
struct Speeds {
    /// A loop from one buffer to another, over one buffer, and over three by a fourth.
    let loop: Double
    let inPlace: Double
    let update: Double
    let reading: Double
    let product: Double

    /// The most that memory gave: what no kernel should beat.
    var memory: Double { max(loop, inPlace, update, reading) }
}

func end(status: Int32) -> Never { exit(status) }
