import CKernels

/// One pass over memory for a chain, forward or backward: its division into tasks, and the kernel
/// calls. On untyped memory, since generic code would take longer than the kernel on small tensors.
struct FusedPass {
    private let steps: [gk_chain_step]
    private let operands: [UnsafeRawPointer?]
    private let periods: [Int]
    private let variant: Int32
    /// The size of a scalar in bytes.
    private let width: Int
    /// Elements of the result, of a row, of a block; see `gk_chain`.
    private let count, row, block: Int
    private let blocks, blocksPerTask: Int
    /// Tasks of the pass, a function of its sizes and of `Runtime.threads`.
    let tasks: Int

    /// Bytes of a block: the few buffers of a chain then stay in a first-level cache of 32 KiB. 4
    /// KiB take 0.8 of the time of 8 KiB on a Zen 4.
    private static var blockBytes: Int { 4096 }

    /// - Precondition: the memory of the operands outlives the pass.
    init(
        count: Int, steps: [gk_chain_step], variant: Int32, width: Int,
        operands: [UnsafeRawPointer?], periods: [Int]
    ) {
        (self.count, self.steps, self.variant, self.width) = (count, steps, variant, width)
        (self.operands, self.periods) = (operands, periods)
        // Periods are products of trailing axes: each divides the next larger one.
        let most = Self.blockBytes / width
        var (short, row) = (1, count)
        for period in periods where period > 0 {
            if period <= most { short = max(short, period) } else { row = min(row, period) }
        }
        (self.row, block) = (row, most / short * short)
        blocks = row == 0 ? 0 : count / row * ((row - 1) / block + 1)
        blocksPerTask = chunkLength(
            count: blocks, minimumChunk: max(1, parallelThreshold / block), alignment: 1,
            threads: Runtime.threads)
        tasks = blocks == 0 ? 1 : (blocks - 1) / blocksPerTask + 1
    }

    func writeValue(to y: UnsafeMutableRawPointer, streams: Bool) {
        guard count > 0 else { return }
        withChain { chain in
            eachTask(
                scratch: gk_chain_forward_scratch(chain),
                keepsDenormals: !steps.contains { $0.is_binary == 0 && $0.unary.hasTinyTails }
            ) { _, range, scratch in
                gk_chain_forward(
                    variant, chain, range.lowerBound, range.upperBound, y, streams ? 1 : 0, scratch)
            }
        }
    }

    /// Writes the gradients of the operands whose target is not nil: all elements for those of the
    /// result's size, the sums of every task for repeated ones, `sumLength` doubles each.
    func writeGradients(
        to targets: [UnsafeMutableRawPointer?], from g: UnsafeRawPointer, streams: Bool
    ) {
        guard count > 0, targets.contains(where: { $0 != nil }) else { return }
        withChain { chain in
            eachTask(scratch: gk_chain_backward_scratch(chain)) { task, range, scratch in
                var places = targets
                for index in places.indices where periods[index] > 0 {
                    let offset = task * sumLength(index) * MemoryLayout<Double>.stride
                    places[index] = targets[index].map { $0 + offset }
                }
                gk_chain_backward(
                    variant, chain, range.lowerBound, range.upperBound, g, places,
                    streams ? 1 : 0, scratch)
            }
        }
    }

    /// Returns the number of sums per task for a repeated operand: those of a block, or of the
    /// period.
    func sumLength(_ operand: Int) -> Int { max(periods[operand], block) }

    /// Returns the sums of all tasks by their place in the period.
    func folded(_ sums: UnsafePointer<Double>, count: Int, _ period: Int) -> [Double] {
        var total = [Double](repeating: 0, count: period)
        for start in stride(from: 0, to: count, by: period) {
            for place in 0..<period { total[place] += sums[start + place] }
        }
        return total
    }

    /// Returns the operands in use, and those whose gradient is that of the result: no pass is then
    /// required to compute it.
    func usesAndPassed() -> (isUsed: [Bool], isPassed: [Bool]) {
        var uses = [Int](repeating: 0, count: operands.count + steps.count)
        for step in steps {
            if step.a >= 0 { uses[Int(step.a)] += 1 }
            if step.b >= 0 { uses[Int(step.b)] += 1 }
        }
        var isPassed = [Bool](repeating: false, count: uses.count)
        isPassed[uses.count - 1] = true
        for (index, step) in steps.enumerated().reversed()
        where isPassed[operands.count + index] && step.is_binary != 0 && step.binary == gk_add {
            for value in [Int(step.a), Int(step.b)] where value >= 0 && uses[value] == 1 {
                isPassed[value] = true
            }
        }
        return (uses.map { $0 > 0 }, isPassed)
    }

    private func eachTask(
        scratch room: Int, keepsDenormals: Bool = false,
        _ body: (Int, Range<Int>, UnsafeMutablePointer<UInt8>) -> Void
    ) {
        parallelFor(tasks, keepsDenormals: keepsDenormals) { task in
            let scratch = Storage<UInt8>(count: room * width)
            body(
                task, task * blocksPerTask..<min(blocks, (task + 1) * blocksPerTask),
                scratch.pointer)
            withExtendedLifetime(scratch) {}
        }
    }

    private func withChain(_ body: (UnsafePointer<gk_chain>) -> Void) {
        steps.withUnsafeBufferPointer { steps in
            operands.withUnsafeBufferPointer { operands in
                periods.withUnsafeBufferPointer { periods in
                    var chain = gk_chain(
                        inputs: Int32(operands.count), steps: Int32(steps.count),
                        step: steps.baseAddress, input: operands.baseAddress,
                        period: periods.baseAddress, count: count, row: row, block: block)
                    body(&chain)
                }
            }
        }
    }
}
