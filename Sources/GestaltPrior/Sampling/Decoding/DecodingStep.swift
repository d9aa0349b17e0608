internal import CKernels
import GestaltChecks
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension DecodingWeights {
    /// Returns the logits of the next position of every sample.
    ///
    /// - Parameters:
    ///   - codes: the codes of the previous position, `[samples]`; nil at the first.
    ///   - cache: receives keys and values, and advances by one position.
    /// - Returns: `[samples, codes]`. A sample's bits do not depend on the other samples.
    /// - Precondition: the cache was made for these weights and has not reached the end of the
    ///   clip.
    public func logits(after codes: Tensor<Int32>?, _ cache: DecodingCache) -> Tensor<Float> {
        require(
            codes == nil ? cache.position == 0 : codes!.shape == [cache.samples],
            "DecodingWeights: codes \(codes.map { "\($0.shape)" } ?? "missing") at position "
                + "\(cache.position) of \(cache.samples) samples")
        if let codes {
            codes.withScalars { step(after: $0.baseAddress, cache) }
        } else {
            step(after: nil, cache)
        }
        return Tensor(uninitialized: [cache.samples, configuration.codeCount]) { target in
            cache.withLogits { _ = target.update(from: $0) }
        }
    }

    /// Runs the same step, leaving the logits in the cache.
    /// - Parameter codes: `samples` codes; not read at the first position.
    package func step(after codes: UnsafePointer<Int32>?, _ cache: DecodingCache) {
        require(
            cache.weights === self && cache.position < configuration.tokens,
            "DecodingWeights: position \(cache.position) of \(configuration.tokens)")
        let step = DecodingStep(weights: self, cache: cache)
        step.embed(codes)
        for (layer, block) in blocks.enumerated() {
            step.attention(block, layer)
            if let cross = block.cross { step.cross(cross, layer) }
            step.perceptron(block)
        }
        step.normalize(norm)
        step.product(output, step.rows.normalized, step.rows.logits)
        cache.position += 1
    }
}

/// One forward pass of all samples through the blocks.
struct DecodingStep {
    let weights: DecodingWeights
    let cache: DecodingCache
    let rows: DecodingRows
    let samples: Int
    let position: Int
    let width: Int
    let heads: Int
    let variant = Float.variant

    init(weights: DecodingWeights, cache: DecodingCache) {
        self.weights = weights
        self.cache = cache
        rows = cache.rows
        samples = cache.samples
        position = cache.position
        (width, heads) = (weights.configuration.width, weights.configuration.heads)
    }

    /// Writes the stream before the first block: the previous code, the position, its actions.
    func embed(_ codes: UnsafePointer<Int32>?) {
        let latent = weights.configuration.latent
        let third = width / 3
        let place = [
            position / (latent.height * latent.width), position / latent.width % latent.height,
            position % latent.width,
        ]
        for sample in 0..<samples {
            let x = rows.stream + sample * width
            var before = weights.start
            if position > 0, let codes {
                let code = Int(codes[sample])
                require(
                    code >= 0 && code < weights.configuration.codeCount,
                    "DecodingWeights: a code \(code) of \(weights.configuration.codeCount)")
                before = weights.codes + code * width
            }
            for axis in 0..<3 {
                let row = weights.positions[axis] + place[axis] * third
                for c in 0..<third { x[axis * third + c] = before[axis * third + c] + row[c] }
            }
            if let aligned = cache.aligned {
                let cell = place[1] * latent.width + place[2]
                let cells = latent.height * latent.width
                let row = aligned.pointer + (cache.clips[sample] * cells + cell) * width
                for c in 0..<width { x[c] += row[c] }
            }
            guard let actions = cache.actions else { continue }
            let frame = cache.clips[sample] * latent.time + place[0]
            let row = actions.pointer + frame * width
            for c in 0..<width { x[c] += row[c] }
        }
    }

    func normalize(_ norm: DecodingNorm) {
        for sample in 0..<samples {
            norm.apply(
                rows.stream + sample * width, class: cache.classes[sample],
                rows.normalized + sample * width, variant)
        }
    }

    /// Multiplies every sample's row of x by a matrix, into its row of y.
    func product(
        _ matrix: gk_decode_matrix, _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>
    ) {
        let panels = PanelTasks(matrix, samples: samples)
        parallelFor(panels.count) { task in
            let range = panels.range(task)
            withUnsafePointer(to: matrix) {
                gk_decode_product(
                    variant, $0, range.lowerBound, range.count, samples, x, matrix.inputs, y,
                    matrix.outputs)
            }
        }
    }

    func perceptron(_ block: DecodingBlock) {
        normalize(block.mlpNorm)
        product(block.expand, rows.normalized, rows.inner)
        product(block.contract, rows.inner, rows.stream)
    }
}

/// The schedule of a product's panels: a long contiguous run for each thread, which suits its
/// memory accesses, then the rest in pairs for the threads that finish first.
struct PanelTasks {
    let count: Int
    private let panels: Int
    private let threads: Int
    private let stretch: Int

    /// Panels of a small task: the most that a kernel processes at once.
    private static let small = 2
    /// Multiply-adds below which a second thread costs more than it helps.
    private static let serialWork = 1 << 15

    init(_ matrix: gk_decode_matrix, samples: Int) {
        panels = (matrix.outputs + 15) / 16
        threads = Runtime.threads
        guard threads > 1, matrix.inputs * matrix.outputs * samples > Self.serialWork else {
            (count, stretch) = (1, panels)
            return
        }
        stretch = panels * 5 / 8 / threads / Self.small * Self.small
        let rest = panels - stretch * threads
        count = threads + (rest + Self.small - 1) / Self.small
    }

    func range(_ task: Int) -> Range<Int> {
        guard count > 1 else { return 0..<panels }
        if task < threads { return task * stretch..<(task + 1) * stretch }
        let start = threads * stretch + (task - threads) * Self.small
        return start..<min(start + Self.small, panels)
    }
}
