import CKernels
import Foundation
import GestaltTensor
import TestSupport
import Testing

private let sets = Runtime.InstructionSet.allCases
    .filter { $0 <= Processor.current.instructionSet }
    .map { Int32($0.rawValue) }

/// What bfloat16 keeps of a number.
private func rounded(_ x: Float) -> Float {
    let bits = x.bitPattern
    return Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000)
}

/// A packed matrix.
private final class Packed {
    let memory: UnsafeMutableRawPointer
    var matrix: gk_decode_matrix

    init(
        _ w: [Float], _ inputs: Int, _ outputs: Int, _ storage: gk_decode_storage,
        finish: gk_decode_finish = gk_decode_store, bias: UnsafePointer<Float>? = nil
    ) {
        let bytes = gk_decode_panel_bytes(storage, inputs) * ((outputs + 15) / 16)
        memory = .allocate(byteCount: max(bytes, 1), alignment: 64)
        gk_decode_pack(storage, w, inputs, outputs, memory)
        matrix = gk_decode_matrix(
            panels: memory, bias: bias, inputs: inputs, outputs: outputs, storage: storage,
            finish: finish)
    }

    deinit { memory.deallocate() }

    func times(_ x: [Float], samples: Int, variant: Int32, y: [Float]? = nil) -> [Float] {
        var result = y ?? [Float](repeating: .nan, count: samples * matrix.outputs)
        gk_decode_product(
            variant, &matrix, 0, (matrix.outputs + 15) / 16, samples, x, matrix.inputs, &result,
            matrix.outputs)
        return result
    }
}

/// A head of a cache, filled.
private final class PackedHead {
    private var head: gk_decode_head
    private let count: Int
    private let keys: UnsafeMutableRawPointer
    private let values: UnsafeMutableRawPointer

    init(
        _ k: [Float], _ v: [Float], _ width: Int, _ valueWidth: Int, _ storage: gk_decode_storage
    ) {
        count = k.count / width
        head = gk_decode_head(
            width: width, value_width: valueWidth, capacity: (count + 15) / 16 * 16, scale: 0.4,
            storage: storage)
        let bytes = (gk_decode_key_bytes(&head), gk_decode_value_bytes(&head))
        keys = .allocate(byteCount: bytes.0, alignment: 64)
        values = .allocate(byteCount: bytes.1, alignment: 64)
        // What was not written must not be seen.
        memset(keys, 0xFF, bytes.0)
        memset(values, 0xFF, bytes.1)
        for position in 0..<count {
            gk_decode_append(
                &head, position, Array(k[(position * width)...]),
                Array(v[(position * valueWidth)...]), keys, values)
        }
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    func attend(_ q: [Float], _ samples: Int, _ variant: Int32) -> [Float] {
        let length = gk_decode_result_length(head.value_width)
        let limit = gk_decode_range
        let ranges = (count + limit - 1) / limit
        let parts = UnsafeMutablePointer<Float>.allocate(capacity: samples * ranges * length)
        defer { parts.deallocate() }
        for range in 0..<ranges {
            gk_decode_attend(
                variant, &head, keys, values, range * limit, min(limit, count - range * limit),
                samples, q, head.width, parts + range * length, ranges * length)
        }
        let width = head.value_width
        return [Float](unsafeUninitializedCapacity: samples * width) { y, count in
            for sample in 0..<samples {
                gk_decode_merge(
                    variant, width, ranges, parts + sample * ranges * length,
                    y.baseAddress! + sample * width)
            }
            count = samples * width
        }
    }
}

private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    Tensor<Float>.sample([count], seed: seed).scalars
}

@Suite struct SamplingKernelTests {
    @Test(
        arguments: sets,
        [1, 2, 15, 63, 64, 65, 200])
    func productsOfOddSizesAndNoSamplesBitsDependOnTheOthers(_ variant: Int32, _ inputs: Int) {
        for outputs in [1, 16, 17, 40, 83] {
            let w = numbers(inputs * outputs, seed: 3)
            let x = numbers(9 * inputs, seed: 4)
            for storage in [gk_decode_float32, gk_decode_bfloat16] {
                let stored = storage == gk_decode_float32 ? w : w.map(rounded)
                let packed = Packed(w, inputs, outputs, storage)
                let single = (0..<9).flatMap {
                    packed.times(
                        Array(x[$0 * inputs..<($0 + 1) * inputs]), samples: 1, variant: variant)
                }
                let bound = Float(
                    sumTolerance(Float.self, length: inputs, magnitude: 4))
                for sample in 0..<9 {
                    for column in 0..<outputs {
                        let exact = (0..<inputs).reduce(0.0) {
                            $0 + Double(x[sample * inputs + $1])
                                * Double(stored[$1 * outputs + column])
                        }
                        #expect(abs(single[sample * outputs + column] - Float(exact)) <= bound)
                    }
                }
                for samples in 2...9 {
                    let many = packed.times(
                        Array(x[..<(samples * inputs)]), samples: samples, variant: variant)
                    #expect(many == Array(single[..<(samples * outputs)]), "\(samples) samples")
                }
                // A float32 product with the rounded weights takes the same sums.
                let wide = Packed(stored, inputs, outputs, gk_decode_float32)
                #expect(wide.times(x, samples: 9, variant: variant) == single)
            }
        }
    }

    @Test(arguments: sets)
    func biasSumAndActivationBehindAProduct(_ variant: Int32) {
        let (inputs, outputs) = (30, 21)
        let w = numbers(inputs * outputs, seed: 5).map { $0 / 4 }
        let (x, bias, old) = (
            numbers(2 * inputs, seed: 6), numbers(outputs, seed: 7), numbers(2 * outputs, seed: 8)
        )
        bias.withUnsafeBufferPointer { b in
            let plain = Packed(w, inputs, outputs, gk_decode_float32, bias: b.baseAddress)
                .times(x, samples: 2, variant: variant)
            let added = Packed(
                w, inputs, outputs, gk_decode_float32, finish: gk_decode_add, bias: b.baseAddress
            ).times(x, samples: 2, variant: variant, y: old)
            let active = Packed(
                w, inputs, outputs, gk_decode_float32, finish: gk_decode_gelu, bias: b.baseAddress
            ).times(x, samples: 2, variant: variant)
            let expected = Tensor(plain).gelu(.sigmoid).scalars
            let bare = Packed(w, inputs, outputs, gk_decode_float32)
                .times(x, samples: 2, variant: variant)
            for i in 0..<2 * outputs {
                #expect(plain[i] == bare[i] + bias[i % outputs])
                #expect(added[i] == old[i] + plain[i])
                #expect(abs(active[i] - expected[i]) <= 1e-5 * max(1, abs(expected[i])))
            }
        }
    }

    @Test(arguments: sets, [1, 2, 17, 512, 700])
    func attentionOverRangesOfFewPositionsAndMany(_ variant: Int32, _ count: Int) {
        let (width, valueWidth, samples) = (9, 21, 5)
        let (keys, values) = (
            numbers(count * width, seed: 1), numbers(count * valueWidth, seed: 2)
        )
        let q = numbers(samples * width, seed: 3)
        for storage in [gk_decode_float32, gk_decode_bfloat16] {
            let cache = PackedHead(keys, values, width, valueWidth, storage)
            func stored(_ x: Float) -> Float {
                storage == gk_decode_float32 ? x : rounded(x)
            }
            let found = cache.attend(q, samples, variant)
            for sample in 0..<samples {
                let expected = naive(
                    Array(q[(sample * width)..<((sample + 1) * width)]), keys.map(stored),
                    values.map(stored), count)
                for c in 0..<valueWidth {
                    #expect(
                        abs(found[sample * valueWidth + c] - Float(expected[c])) <= 2e-5,
                        "sample \(sample), channel \(c)")
                }
                let alone = cache.attend(Array(q[(sample * width)...]), 1, variant)
                #expect(
                    alone == Array(found[(sample * valueWidth)..<((sample + 1) * valueWidth)]))
            }
        }
    }

    private func naive(
        _ q: [Float], _ keys: [Float], _ values: [Float], _ count: Int
    ) -> [Double] {
        let (width, valueWidth) = (q.count, values.count / count)
        let scores = (0..<count).map { (position: Int) -> Double in
            var sum = 0.0
            for c in 0..<width { sum += Double(q[c]) * Double(keys[position * width + c]) }
            return 0.4 * sum
        }
        let top = scores.max()!
        let weights = scores.map { exp($0 - top) }
        let sum = weights.reduce(0, +)
        return (0..<valueWidth).map { (c: Int) -> Double in
            var mixed = 0.0
            for position in 0..<count {
                mixed += weights[position] / sum * Double(values[position * valueWidth + c])
            }
            return mixed
        }
    }

    @Test(arguments: sets, [1, 2, 15, 16, 17, 33, 576])
    func normsAndExponentials(_ variant: Int32, _ n: Int) {
        let (x, scale, shift) = (numbers(n, seed: 1), numbers(n, seed: 2), numbers(n, seed: 3))
        var y = [Float](repeating: 0, count: n)
        if n > 1 {
            gk_decode_norm(variant, n, 1e-5, x, scale, shift, &y)
            let expected = Tensor(x).reshaped([1, n]).layerNormalized(
                scale: Tensor(scale), shift: Tensor(shift), epsilonAfterRoot: 1e-5)
            #expect(difference(Tensor(y).reshaped([1, n]), expected, within: 2e-5) == nil)
        }
        #expect(gk_decode_exponentials(variant, n, x, 0.7, &y) == x.max()!)
        let expected = ((Tensor(x) - x.max()!) * 0.7).exp()
        #expect(difference(Tensor(y), expected, within: 1e-6) == nil)
        var broken = x
        broken[n / 2] = .nan
        #expect(gk_decode_exponentials(variant, n, broken, 1, &y).isNaN)
    }
}
