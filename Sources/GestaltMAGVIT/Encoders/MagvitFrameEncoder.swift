import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// A MAGVIT tokenizer, alone or with a masked prior over its codes, as a source of latents of
/// single frames.
///
/// - `magvit:tokenizer`: the latent of the still frame, a clip of one frame for a causal tokenizer.
/// - `magvit:hidden:L`: the prior's stream after L blocks at the cells of the future, given the
///   frame alone: the frame is repeated to a clip and tokenized, and every free cell is masked, the
///   first step of a prediction. With condition `still` a masked cell holds the code of its
///   position if nothing moved, else the mask; the condition is at the future's cells, aligned
///   with the pixels. The slices after the first are side by side.
/// - `magvit:visible:L`: the same stream at the cells of the frame itself.
///
/// With `skips` the finer levels of the tokenizer's encoder are included, each before its halving.
///
/// ```swift
/// let encoder = try MagvitFrameEncoder(named: "magvit:hidden:3", on: predictor, random: &random)
/// let latent = encoder.encode(frames, .inference)      // [N, 1, h, w, (t − 1) · width]
/// ```
/// Nothing but the frame enters. Dropout is off even in training. The parts are `tokenizer` and
/// `prior`; gradients do not pass codes, so the tokenizer of hidden states is trained through its
/// skips alone, and its codes are those of its present weights.
///
/// - Shapes: frames `[N, H, W, 3]` to `[N, 1, h, w, C]`; with a prior of the prior's size.
public struct MagvitFrameEncoder: StoredEncoder {
    public var tokenizer: MagvitTokenizer
    /// Nil for the tokenizer's own latents.
    public var prior: MaskedPrior?
    public let source: Source

    /// - Parameter prior: nil for a `source` in the tokenizer.
    /// - Precondition: `source` fits them; see ``Configuration/validate()``.
    public init(_ tokenizer: MagvitTokenizer, prior: MaskedPrior? = nil, source: Source) {
        self.tokenizer = tokenizer
        self.prior = prior
        self.source = source
        do { try configuration.validate() } catch { stop("\(error)") }
    }

    public init(_ configuration: Configuration, random: inout RandomStream) {
        self.init(
            MagvitTokenizer(configuration.tokenizer, random: &random),
            prior: configuration.prior.map { MaskedPrior($0, random: &random) },
            source: configuration.source)
    }

    public var configuration: Configuration {
        Configuration(
            tokenizer: tokenizer.configuration, prior: prior?.configuration, source: source)
    }
    public var sizeMultiple: Int { tokenizer.configuration.strides.height }

    /// - Precondition: with a prior, the size of its frames.
    public func latentShape(height: Int, width: Int) -> LatentShape {
        requireSize(height, width)
        let widths = tokenizer.configuration.widths
        return LatentShape(
            slots: 1, height: height / sizeMultiple, width: width / sizeMultiple,
            channels: channels, stride: sizeMultiple,
            finer: source.skips
                ? widths.indices.dropLast().reversed().map {
                    LatentShape.Stage(channels: widths[$0], stride: 1 << $0)
                } : [])
    }

    private var channels: Int {
        guard let sizes = prior?.configuration else {
            return tokenizer.latents.first { $0.name == source.latents }!.channels
        }
        return source.place == .hidden ? sizes.width * (sizes.grid.time - 1) : sizes.width
    }

    /// - Precondition: with a prior, frames of its size.
    public func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        require(
            frames.rank == 4 && frames.shape[3] == 3,
            "MagvitFrameEncoder: frames \(frames.shape) are not [N, H, W, 3]")
        requireSize(frames.shape[1], frames.shape[2])
        if let prior {
            let finer = source.skips ? pyramid(frames, "features", context).finer : []
            return Latent(hidden(frames, prior), stride: sizeMultiple, finer: finer)
        }
        let (grid, finer) = pyramid(frames, source.latents ?? "continuous", context)
        return Latent(grid, stride: sizeMultiple, finer: source.skips ? finer : [])
    }

    /// Returns latents of the still frame in the first slot, and the finer stages, coarsest first.
    private func pyramid(
        _ frames: Tensor<Float>, _ name: String, _ context: Context
    ) -> (grid: Tensor<Float>, finer: [Latent.Stage]) {
        let still = repeated(frames, slots: 1)
        let (latents, finer) = context.part("tokenizer") {
            tokenizer.pyramid(of: still, name, context)
        }
        return (
            latents,
            finer.enumerated().reversed().map { level, grid in
                Latent.Stage(grid.selected(0, axis: 1), stride: 1 << level)
            }
        )
    }

    /// Returns the prior's stream at the cells of the future or of the frame,
    /// `[N, 1, h, w, channels]`.
    private func hidden(_ frames: Tensor<Float>, _ prior: MaskedPrior) -> Tensor<Float> {
        let (tokens, segments) = query(frames, prior.configuration)
        let layer = source.layer
        let stream = prior.streams(tokens, segments: segments, through: layer, .inference)[layer]
        let grid = prior.configuration.grid
        let shape = [frames.shape[0], grid.time, grid.height, grid.width]
        let cells = stream[0..., 1...].reshaped(
            Shape(shape + [prior.configuration.width]))
        guard source.place == .hidden else { return cells[0..., 0..<1] }
        // [N, t − 1, h, w, width] to [N, h, w, t − 1, width].
        return cells[0..., 1...].permuted([0, 2, 3, 1, 4])
            .reshaped([shape[0], 1, shape[2], shape[3], channels])
    }

    /// Returns tokens and segments `[N, 1 + cells]` of the first step of a prediction: the frame is
    /// known, all free cells are masked.
    private func query(
        _ frames: Tensor<Float>, _ sizes: MaskedPriorConfiguration
    ) -> (tokens: Tensor<Int32>, segments: Tensor<Int32>) {
        let rows = codes(frames, sizes)
        // A prior that was trained without a condition knows codes of the first slice alone.
        let mode = sizes.condition == .none ? .prefix : sizes.condition
        let condition = MaskCondition(mode, regionCells: sizes.sliceCells, tokens: rows)
        let masked = (0..<sizes.cells).map(condition.isFree)
        let blank = [Int32](repeating: 0, count: sizes.cells)
        var (tokens, segments) = ([Int32](), [Int32]())
        for sample in rows.indices {
            let (inputs, marks) = condition.inputs(
                blank, masked: masked, maskToken: sizes.maskToken, sample: sample)
            tokens += [sizes.unconditionalToken] + inputs
            segments += [0] + marks
        }
        let shape = Shape([rows.count, 1 + sizes.cells])
        return (Tensor(shape: shape, scalars: tokens), Tensor(shape: shape, scalars: segments))
    }

    /// Returns the codes of each frame, repeated to a clip where the query needs more than the
    /// first slice.
    private func codes(_ frames: Tensor<Float>, _ sizes: MaskedPriorConfiguration) -> [[Int32]] {
        // Codes have no gradient, so nothing is recorded for one.
        var fixed = tokenizer
        fixed.mapState { $1 }
        let needsAll = sizes.condition == .still || tokenizer.configuration.padding == .same
        let still = repeated(frames.detached, slots: needsAll ? sizes.grid.time : 1)
        let codes = fixed.encode(still)
        return (0..<codes.shape[0]).map { codes[$0].scalars }
    }

    /// Returns frames repeated to a clip of some slots, `[N, T, H, W, 3]`.
    private func repeated(_ frames: Tensor<Float>, slots: Int) -> Tensor<Float> {
        var shape = frames.shape.dimensions
        shape.insert(tokenizer.configuration.clipLengths.frames(ofSlots: slots), at: 1)
        return frames.expanded(axis: 1).broadcast(to: Shape(shape))
    }

    private func requireSize(_ height: Int, _ width: Int) {
        guard let size = configuration.frameSize else { return }
        require(
            height == size.height && width == size.width,
            "MagvitFrameEncoder: frames of \(height) × \(width) for a prior of "
                + "\(size.height) × \(size.width)")
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("tokenizer", &tokenizer)
        visitor.module("prior", &prior)
    }
}
