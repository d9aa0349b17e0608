internal import CKernels
import GestaltTensor

/// Draws a code from the logits, in preallocated memory.
///
/// `@unchecked Sendable`: used by one thread at a time.
package final class CodeDraw: @unchecked Sendable {
    private let options: SamplingOptions
    private let codes: Int
    private let memory: DecodingMemory
    /// e^((logit − largest) / temperature) of each code.
    private let weights: UnsafeMutablePointer<Float>
    /// The codes as a heap, the likeliest first.
    private let heap: UnsafeMutablePointer<Int32>

    package init(_ options: SamplingOptions, codes: Int) {
        self.options = options
        self.codes = codes
        memory = DecodingMemory(byteCount: 2 * DecodingMemory.bytes(floats: codes))
        weights = memory.takeFloats(codes)
        heap = memory.take(4 * codes).bindMemory(to: Int32.self, capacity: codes)
    }

    /// Returns a code with its log-probability under the prior at temperature 1; nil when the
    /// logits are not finite.
    ///
    /// - Parameter number: in 0 ..< 1; the draw inverts the cumulative sum at it, over the codes in
    ///   their order, or, where codes are excluded, from the likeliest down.
    package func draw(
        _ logits: UnsafePointer<Float>, _ number: Double
    ) -> (code: Int, logProbability: Double)? {
        let largest = gk_decode_exponentials(
            Float.variant, codes, logits, 1 / options.temperature, weights)
        guard largest.isFinite else { return nil }
        let code = choose(logits, number, largest)
        var logSum: Float = 0
        gk_log_sum_exp_rows(Float.variant, logits, &logSum, 1, codes)
        return (code, Double(logits[code]) - Double(logSum))
    }

    private func choose(
        _ logits: UnsafePointer<Float>, _ number: Double, _ largest: Float
    ) -> Int {
        if options.isGreedy {
            return (0..<codes).first { logits[$0] == largest }!
        }
        let most = min(options.topK ?? codes, codes)
        guard most < codes || options.topP < 1 else {
            return inverse(count: codes, at: number * sum()) { $0 }
        }
        let (kept, mass) = likeliest(most)
        // Codes leave the heap towards its end, from the last place of the memory downwards.
        return inverse(count: kept, at: number * mass) { Int(heap[codes - 1 - $0]) }
    }

    private func sum() -> Double {
        var sum = 0.0
        for code in 0..<codes { sum += Double(weights[code]) }
        return sum
    }

    /// Returns the first of `count` codes at which the sum of the weights exceeds `target`; the
    /// last with a nonzero weight, should rounding keep the sum below.
    @inline(__always)
    private func inverse(count: Int, at target: Double, _ code: (Int) -> Int) -> Int {
        var sum = 0.0
        var last = code(0)
        for place in 0..<count {
            let candidate = code(place)
            let weight = Double(weights[candidate])
            guard weight > 0 else { continue }
            last = candidate
            sum += weight
            if sum > target { return candidate }
        }
        return last
    }

    /// Removes the likeliest codes from the heap, up to the number that the options keep; returns
    /// their count and their sum. Only the kept codes are sorted, so that small counts cost little.
    private func likeliest(_ most: Int) -> (count: Int, mass: Double) {
        for code in 0..<codes { heap[code] = Int32(code) }
        for root in stride(from: codes / 2 - 1, through: 0, by: -1) { sink(root, codes) }
        var mass = 0.0
        if most == codes {
            let wanted = Double(options.topP) * sum()
            for count in 1...codes {
                mass += takeLikeliest(count)
                if mass >= wanted { return (count, mass) }
            }
            return (codes, mass)
        }
        for count in 1...most { mass += takeLikeliest(count) }
        guard options.topP < 1 else { return (most, mass) }
        let wanted = Double(options.topP) * mass
        var kept = 0.0
        for count in 1...most {
            kept += Double(weights[Int(heap[codes - count])])
            if kept >= wanted { return (count, kept) }
        }
        return (most, kept)
    }

    /// Moves the root of the heap to place `count` of the removed codes; returns its weight.
    private func takeLikeliest(_ count: Int) -> Double {
        let end = codes - count
        let code = heap[0]
        heap[0] = heap[end]
        heap[end] = code
        sink(0, end)
        return Double(weights[Int(code)])
    }

    private func sink(_ start: Int, _ count: Int) {
        func precedes(_ a: Int32, _ b: Int32) -> Bool {
            let (x, y) = (weights[Int(a)], weights[Int(b)])
            return x > y || (x == y && a < b)
        }
        var parent = start
        let moved = heap[start]
        while 2 * parent + 1 < count {
            var child = 2 * parent + 1
            if child + 1 < count, precedes(heap[child + 1], heap[child]) { child += 1 }
            guard precedes(heap[child], moved) else { break }
            heap[parent] = heap[child]
            parent = child
        }
        heap[parent] = moved
    }
}
