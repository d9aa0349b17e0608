internal import CKernels
import GestaltChecks
import GestaltTensor
import GestaltVQVAE

/// The key–value cache of a batch of samples, with the working memory of one step.
///
/// The caller owns it; it holds all memory that decoding needs, so that a step allocates nothing.
/// It is not thread-safe: one step at a time.
///
/// A sample is one row of the batch; samples of the same clip share the keys and values of the
/// clip's frames.
public final class DecodingCache {
    public let weights: DecodingWeights
    /// The clip of the condition that each sample belongs to.
    public let clips: [Int]
    /// The number of codes consumed; the next logits are those of this position.
    public internal(set) var position = 0 { didSet { filled = max(filled, position) } }
    /// Positions that have keys and values.
    private var filled = 0

    /// The number of samples.
    public var samples: Int { clips.count }
    /// The size of the cache in bytes: keys and values at full length, those of the frames, and the
    /// rows of one step. Of the keys and values only the filled part is ever touched.
    public var byteCount: Int { memory.byteCount }

    private let memory: DecodingMemory
    let own: HeadStore
    let cross: CrossStore?
    let rows: DecodingRows
    /// The class of each sample, 0 without classes.
    let classes: [Int]
    /// The contribution of each clip's actions to the stream, `[clips, t, width]`.
    let actions: Tensor<Float>?
    /// The contribution of each clip's last frame to the stream, `[clips, h · w, width]`.
    let aligned: Tensor<Float>?

    /// - Parameters:
    ///   - clips: for each sample the clip of `condition` that it continues; samples of the same
    ///     clip must be adjacent.
    /// - Precondition: the condition has the inputs the prior was built for, and these clips.
    public init(_ weights: DecodingWeights, _ condition: PriorCondition, clips: [Int]) {
        let configuration = weights.configuration
        require(!clips.isEmpty, "DecodingCache: no samples")
        Self.check(condition, configuration, clips)
        self.weights = weights
        self.clips = clips
        let headWidth = configuration.width / configuration.heads
        let head = gk_decode_head(
            width: headWidth, valueWidth: headWidth, positions: configuration.tokens,
            format: weights.format.cache)
        let heads = configuration.layers * clips.count * configuration.heads
        let crossPlan = CrossPlan(weights, condition, clips)
        memory = DecodingMemory(
            byteCount: HeadStore.byteCount(head, count: heads)
                + (crossPlan?.byteCount ?? 0)
                + DecodingRows.byteCount(weights, crossPlan, samples: clips.count))
        rows = DecodingRows(weights, crossPlan, samples: clips.count, memory)
        own = HeadStore(head, count: heads, memory)
        cross = crossPlan.map { [memory] in CrossStore($0, weights, condition, memory) }
        let numbers = condition.classes?.scalars ?? []
        classes = clips.map { numbers.isEmpty ? 0 : Int(numbers[$0]) }
        actions = condition.actions?.contiguous()
        aligned = condition.aligned?.contiguous()
    }

    /// Moves to another position; 0 starts again. Keys and values before it are those written last,
    /// so several continuations of a common prefix compute the prefix only once.
    /// - Precondition: that many codes have been consumed.
    public func move(to position: Int) {
        require(
            (0...filled).contains(position), "DecodingCache: position \(position) of \(filled)")
        self.position = position
    }

    /// Moves to a position and fills the keys and values before it at random: for measurements, not
    /// for samples.
    public func fill(to position: Int, random: RandomStream) {
        require(
            (0..<weights.configuration.tokens).contains(position),
            "DecodingCache: position \(position) of \(weights.configuration.tokens)")
        var random = random
        let head = own.head
        let (rows, width) = (61, head.width + head.value_width)
        let numbers: Tensor<Float> = random.normal([rows, width])
        let heads = weights.configuration.layers * samples * weights.configuration.heads
        parallelFor(heads) { index in
            for place in 0..<position {
                let row = numbers.pointer + (index + place) % rows * width
                own.append(index, position: place, key: row, value: row + head.width)
            }
        }
        self.position = position
    }

    /// Calls `body` with the logits of the last step, `samples · codes` values, sample by sample.
    package func withLogits<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try withExtendedLifetime(self) {
            try body(
                UnsafeBufferPointer(
                    start: rows.logits, count: samples * weights.configuration.codeCount))
        }
    }

    /// Returns the bytes of keys and values that a step at `position` reads.
    public func bytesRead(at position: Int) -> Int {
        let configuration = weights.configuration
        let numberBytes = weights.format.cache == .float32 ? 4 : 2
        let visible = weights.ranges.length(at: position)
        let ownBytes = samples * configuration.layers * visible * 2 * configuration.width
        return (ownBytes + (cross?.numbersRead ?? 0)) * numberBytes
    }

    private static func check(
        _ condition: PriorCondition, _ configuration: PriorConfiguration, _ clips: [Int]
    ) {
        func check(_ what: String, _ wanted: Bool, _ count: Int?) {
            require(
                wanted == (count != nil),
                "DecodingCache: \(what) \(wanted ? "missing" : "passed to a prior without them")")
            require(
                clips.allSatisfy { $0 >= 0 && $0 < count ?? .max },
                "DecodingCache: samples of clips \(clips), \(what) of \(count ?? 0) clips")
        }
        check("features", configuration.conditioning != nil, condition.features?.shape[0])
        check("classes", configuration.classes != nil, condition.classes?.count)
        check(
            "aligned features", configuration.conditioning?.isAligned ?? false,
            condition.aligned?.shape[0])
        check("actions", configuration.actionWidth != nil, condition.actions?.shape[0])
    }
}
