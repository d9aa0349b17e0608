import GestaltTensor
import TestSupport
import Testing

/// Bound on the error of attention in `Float` with scores of a few units: the weights' relative
/// error is that of the scores, of `width` terms each.
private func attentionTolerance(width: Int, magnitude: Double) -> Double {
    sumTolerance(Float.self, length: width, magnitude: 8 * magnitude)
}

private struct Form: Sendable, CustomTestStringConvertible {
    let batch: [Int]
    let queries, keys, width, valueWidth: Int
    var mask = AttentionMask.none
    var name = ""

    var testDescription: String {
        "\(batch) \(queries) × \(keys), width \(width), \(valueWidth) \(name)"
    }

    /// Widths around those of vectors, positions around those of blocks and tiles.
    static let all: [Form] = [
        Form(batch: [3], queries: 4, keys: 4, width: 120, valueWidth: 120),
        Form(batch: [2], queries: 32, keys: 32, width: 120, valueWidth: 120),
        Form(batch: [2, 2], queries: 5, keys: 7, width: 15, valueWidth: 17),
        Form(batch: [1], queries: 9, keys: 3, width: 16, valueWidth: 33),
        Form(
            batch: [], queries: 64, keys: 63, width: 31, valueWidth: 1, mask: .causal,
            name: "causal"),
        Form(batch: [2], queries: 65, keys: 260, width: 9, valueWidth: 17),
        Form(
            batch: [1], queries: 140, keys: 530, width: 8, valueWidth: 5, mask: .causal,
            name: "causal"),
        Form(
            batch: [2], queries: 130, keys: 260, width: 4, valueWidth: 3,
            mask: .boolean(Tensor<Float>.sample([130, 260], seed: 3) .> 1), name: "masked"),
    ]

    var inputs: [Tensor<Float>] {
        [(queries, width, 1), (keys, width, 2), (keys, valueWidth, 3)].map { length, width, seed in
            .sample(Shape(batch + [length, width]), seed: UInt64(seed), in: -1.5...1.5)
        }
    }

    func attend<Scalar: FloatingScalar>(_ x: [Tensor<Scalar>]) -> Tensor<Scalar> {
        attention(query: x[0], key: x[1], value: x[2], mask: mask)
    }

    var weights: Tensor<Float> { .sample(Shape(batch + [queries, valueWidth]), seed: 4) }
}

@Suite struct AttentionTests {
    /// Value and gradients in `Float` against those in `Double`, which the gradient table judges.
    @Test(arguments: Form.all)
    private func singlePrecisionFollowsDouble(_ form: Form) {
        let inputs = form.inputs
        let exact = inputs.map { $0.mapped(Double.init) }
        let expected = naiveAttention(exact[0], exact[1], exact[2], mask: form.mask)
        let bound = attentionTolerance(width: form.width, magnitude: 1.5)
        let found = form.attend(inputs)
        #expect(difference(found.mapped(Double.init), expected, within: bound) == nil)

        let weights = form.weights
        let gradients = gradients(at: inputs) { (form.attend($0) * weights).sum() }
        let references = GestaltTensor.gradients(at: exact) {
            (form.attend($0) * weights.mapped(Double.init)).sum()
        }
        for (gradient, reference) in zip(gradients, references) {
            let size = reference.scalars.reduce(1) { max($0, abs($1)) }
            let bound = attentionTolerance(
                width: max(form.queries, form.width), magnitude: 4 * size)
            #expect(difference(gradient.mapped(Double.init), reference, within: bound) == nil)
        }
    }

    /// Heads as views and along every axis of a video: what transposed copies give.
    @Test(arguments: [1, 2, 3])
    func axesOfAVideo(axis: Int) {
        let shape: Shape = [2, 4, 6, 5, 2, 9]
        let x = (1...3).map { Tensor<Float>.sample(shape, seed: UInt64($0)) }
        var order = [0, 1, 2, 3, 4].filter { $0 != axis }
        order += [axis, 5]
        var inverse = order
        for (new, old) in order.enumerated() { inverse[old] = new }
        let body = { (v: [Tensor<Float>]) in
            attention(query: v[0], key: v[1], value: v[2], axis: axis, mask: .causal)
        }
        let copying = { (v: [Tensor<Float>]) in
            let t = v.map { $0.permuted(order) }
            return attention(query: t[0], key: t[1], value: t[2], mask: .causal).permuted(inverse)
        }
        #expect(body(x) == copying(x.map { $0.permuted(order).copied().permuted(inverse) }))
        let weights = Tensor<Float>.sample(shape, seed: 9)
        let found = gradients(at: x) { (body($0) * weights).sum() }
        let expected = gradients(at: x) { (copying($0) * weights).sum() }
        #expect(found == expected)
    }

    /// A large score must not overflow, nor a tile without keys spoil the sums.
    @Test func largeScores() {
        let q = Tensor<Float>(repeating: 100, shape: [70, 4])
        let k = Tensor<Float>.sample([600, 4], seed: 1, in: 90...100)
        let v = Tensor<Float>.sample([600, 3], seed: 2)
        let value = attention(query: q, key: k, value: v)
        #expect(value.scalars.allSatisfy { $0.isFinite && abs($0) <= 2 })
        let few = attention(query: q[0..<5], key: k[0..<9], value: v[0..<9])
        #expect(few.scalars.allSatisfy { $0.isFinite && abs($0) <= 2 })
    }

    @Test func notANumberIsKept() {
        var v = Tensor<Float>.ones([3, 2])
        v[scalar: 1, 0] = .nan
        let x = Tensor<Float>.ones([3, 2])
        #expect(attention(query: x, key: x, value: v).scalars[0].isNaN)
        #expect(attention(query: v, key: x, value: x).scalars[2].isNaN)
    }

    /// In a process of its own, since threads and instruction set are everybody's.
    @Test func instructionSetsAgree() async {
        await #expect(processExitsWith: .success) {
            for form in Form.all {
                let exact = form.inputs.map { $0.mapped(Double.init) }
                let expected = naiveAttention(exact[0], exact[1], exact[2], mask: form.mask)
                let bound = attentionTolerance(width: form.width, magnitude: 1.5)
                for set in Runtime.InstructionSet.allCases
                where set <= Processor.current.instructionSet {
                    Runtime.instructionSet = set
                    let found = form.attend(form.inputs).mapped(Double.init)
                    let problem = difference(found, expected, within: bound)
                    precondition(problem == nil, "\(form.testDescription), \(set): \(problem!)")
                    let (first, second) = (gradient(form), gradient(form))
                    precondition(first == second, "\(form.testDescription): other bits")
                }
            }
        }
    }

    @Test func mistakesEndTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let x = Tensor<Float>.ones([3, 2])
            _ = attention(query: x, key: .ones([3, 3]), value: x)
        }
        await #expect(processExitsWith: .failure) {
            let x = Tensor<Float>.ones([3, 2])
            _ = attention(
                query: x, key: x, value: x, mask: .boolean(.init(repeating: true, shape: [2, 3])))
        }
    }
}

private func gradient(_ form: Form) -> [Tensor<Float>] {
    let weights = form.weights
    return gradients(at: form.inputs) { (form.attend($0) * weights).sum() }
}
