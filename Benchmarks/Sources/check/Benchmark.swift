import Foundation
import GestaltTensor
import Harness
import Kernels

/// Compares every kernel's speed, as a share of a bare product's or of a plain loop's of the same
/// minute, with the share that is kept in `Benchmarks/baselines`.
@main struct Benchmark {
    private static let usage = """
        usage: check [--only TEXT] [--rounds N] [--tolerance SHARE] [--baselines FOLDER]
               check --update [--only TEXT] [--rounds N] [--baselines FOLDER]
               check --roofline [--only TEXT] [--rounds N]
        exit status: 0 nothing is slower, or there is no baseline for this machine (it says so);
        1 something is slower; 64 the words above were not used
        """

    let only: String
    let rounds: Int
    let tolerance: Double
    let folder: String

    static func main() {
        var options = Options(usage: usage)
        let (isUpdate, isRoofline) = (options.flag("--update"), options.flag("--roofline"))
        if isUpdate && isRoofline { options.fail("--update and --roofline exclude each other") }
        let benchmark = Benchmark(
            only: options.text("--only") ?? "", rounds: options.number("--rounds", default: 5),
            tolerance: options.share("--tolerance", default: 0.75),
            folder: options.text("--baselines") ?? Baseline.standardFolder)
        options.finish()
        guard !benchmark.kernels.isEmpty else {
            options.fail("no kernel's name contains \(benchmark.only)")
        }
        let succeeded =
            isRoofline
            ? benchmark.roofline() : isUpdate ? benchmark.update() : benchmark.compare()
        if !succeeded { end(status: 1) }
    }

    var kernels: [Kernel] {
        Kernel.all().filter { only.isEmpty || $0.name.contains(only) }
    }

    private func update() -> Bool {
        printHeader("bench-check: new baseline, medians of \(2 * rounds) turns")
        let references = References()
        var found: [String: Double] = [:]
        for kernel in kernels {
            let sample = references.measure(kernel, rounds: 2 * rounds)
            found[kernel.name] = sample.ratio
            printNow("\(column(kernel.name, 50, right: false)) \(fixed(sample.ratio, 3))")
        }
        do {
            let path = try Baseline.write(found, isWhole: only.isEmpty, folder: folder)
            print("bench-check: wrote \(found.count) rows to \(path)")
            return true
        } catch {
            print("bench-check: \(error)")
            return false
        }
    }

    private func roofline() -> Bool {
        Roofline(rounds: rounds).run(kernels)
        return true
    }

    private func compare() -> Bool {
        printHeader("bench-check: at least \(tolerance) of the baseline, \(rounds) turns a row")
        let baseline: Baseline
        do {
            guard let found = try Baseline.read(folder: folder) else {
                print(
                    "bench-check: NOTHING WAS COMPARED: no baseline for \(Runtime.instructionSet) with "
                        + "\(Runtime.threads) threads on this machine; run make bench-check-update")
                return true
            }
            baseline = found
        } catch {
            print("bench-check: \(error)")
            return false
        }
        baseline.printMachine()
        return compare(with: baseline)
    }

    private func compare(with baseline: Baseline) -> Bool {
        let (references, kernels) = (References(), kernels)
        var slower: [String: Sample] = [:]
        var unknown: [String] = []
        print(
            column("kernel", 50, right: false) + column("ms", 9) + column("±%", 5)
                + column("ratio", 8) + column("baseline", 10) + column("share", 7))
        for kernel in kernels {
            let sample = references.measure(kernel, rounds: rounds)
            guard let expected = baseline.ratios[kernel.name] else {
                unknown.append(kernel.name)
                report(kernel, sample, nil, again: 0)
                continue
            }
            if sample.ratio < tolerance * expected { slower[kernel.name] = sample }
            report(kernel, sample, expected, again: 0)
        }
        // A regression slows a row every time. On a shared machine some rows are slow for seconds,
        // while others are not: they get other moments.
        for again in 1...3 where !slower.isEmpty {
            Thread.sleep(forTimeInterval: 10)
            for kernel in kernels {
                guard let before = slower[kernel.name], let expected = baseline.ratios[kernel.name]
                else { continue }
                let other = references.measure(kernel, rounds: rounds)
                let best = other.ratio > before.ratio ? other : before
                slower[kernel.name] = best.ratio < tolerance * expected ? best : nil
                report(kernel, best, expected, again: again)
            }
        }
        for name in unknown { print("bench-check: no baseline for \(name)") }
        if only.isEmpty {
            let names = Set(kernels.map(\.name))
            for name in baseline.ratios.keys.sorted() where !names.contains(name) {
                print("bench-check: the baseline's \(name) is no longer measured")
            }
        }
        for name in slower.keys.sorted() { print("bench-check: SLOWER: \(name)") }
        print(
            "bench-check: \(kernels.count - unknown.count) rows compared, \(slower.count) slower, "
                + "\(unknown.count) without a baseline")
        return slower.isEmpty
    }

    private func report(_ kernel: Kernel, _ sample: Sample, _ expected: Double?, again: Int) {
        let share = expected.map { sample.ratio / $0 }
        let mark = share.map { $0 < tolerance ? "  SLOWER" : "" } ?? "  new"
        printNow(
            column(kernel.name, 50, right: false) + column(fixed(sample.seconds * 1e3, 2), 9)
                + column(fixed(sample.spread * 100, 0), 5) + column(fixed(sample.ratio, 3), 8)
                + column(expected.map { fixed($0, 3) } ?? "-", 10)
                + column(share.map { fixed($0, 2) } ?? "-", 7)
                + mark + (again > 0 ? "  (measured \(again + 1) times)" : ""))
    }
}
