import GestaltTensor
import Harness
import Kernels

/// How far every kernel is from the time that its operations or its bytes alone would take.
struct Roofline {
    let rounds: Int

    func run(_ kernels: [Kernel]) {
        let references = References()
        let speeds = references.speeds(rounds: 2 * rounds + 1)
        printHeader("roofline, medians of \(rounds) turns or more")
        print("")
        print(
            "Bare sgemm 2048³: \(fixed(speeds.operationsPerSecond * 1e-9, 0)) GFLOP/s. "
                + "A plain loop: \(fixed(speeds.bytesPerSecond * 1e-9, 1)) GB/s. The floor is the "
                + "larger of operations over the product's speed in the same turns and bytes over "
                + "the loop's; F(2) is Winograd's with tiles of 2, its transforms left out.")
        print("")
        printTableHead([
            "kernel", "computed by", "ms", "floor ms", "bound by", "time / floor", "F(2) floor ms",
            "time / F(2) floor",
        ])
        for kernel in kernels {
            row(kernel, references.measure(kernel, rounds: rounds), speeds)
        }
    }

    private func row(
        _ kernel: Kernel, _ sample: Sample,
        _ speeds: (bytesPerSecond: Double, operationsPerSecond: Double)
    ) {
        // What was measured beside the kernel counts; the other speed is that of the beginning.
        let isArithmetic = kernel.bound == .arithmetic
        let bandwidth = isArithmetic ? speeds.bytesPerSecond : sample.rate
        let rate = isArithmetic ? sample.rate : speeds.operationsPerSecond
        let moving = sample.bytes / bandwidth
        let (floor, bound) =
            moving > kernel.needed / rate
            ? (moving, "memory") : (kernel.needed / rate, "arithmetic")
        let winograd = kernel.neededByWinograd.map { max($0 / rate, moving) }
        printRow([
            kernel.name, kernel.algorithm, fixed(sample.seconds * 1e3, 2), fixed(floor * 1e3, 2),
            bound, fixed(sample.seconds / floor, 2), winograd.map { fixed($0 * 1e3, 2) } ?? "",
            winograd.map { fixed(sample.seconds / $0, 2) } ?? "",
        ])
    }
}
