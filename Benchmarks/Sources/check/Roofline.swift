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
            "Bare sgemm 2048³: \(fixed(speeds.product * 1e-9, 0)) GFLOP/s. Memory: "
                + "\(fixed(speeds.reading * 1e-9, 1)) GB/s reading, \(fixed(speeds.loop * 1e-9, 1)) "
                + "from one buffer to another, \(fixed(speeds.inPlace * 1e-9, 1)) over one buffer, "
                + "\(fixed(speeds.update * 1e-9, 1)) adding one to three others. The "
                + "floor is the larger of operations over the product's speed and bytes over the "
                + "best of memory's; F(4) is Winograd's in tiles of up to 4, transforms left out.")
        print("")
        printTableHead([
            "kernel", "computed by", "ms", "floor ms", "bound by", "time / floor", "F(4) floor ms",
            "time / F(4) floor",
        ])
        for kernel in kernels {
            row(kernel, references.measure(kernel, rounds: rounds), speeds)
        }
    }

    private func row(
        _ kernel: Kernel, _ sample: Sample, _ speeds: Speeds
    ) {
        // The reference beside the kernel tells how fast the machine was then; the other speed is
        // that of the beginning.
        let isArithmetic = kernel.bound == .arithmetic
        let bandwidth = speeds.memory * (isArithmetic ? 1 : sample.rate / speeds.loop)
        let rate = isArithmetic ? sample.rate : speeds.product
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
