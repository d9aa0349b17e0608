import GestaltChecks
import GestaltNN
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

extension VideoPrior {
    /// Computes the condition of clips for the blocks.
    ///
    /// - Parameters:
    ///   - frames: the conditioning frames, the first n of a clip, `[N, n, H, W, 3]` in −0.5…0.5.
    ///   - classes: `[N]`, each below the number of classes.
    ///   - actions: `[N, T, actionWidth]`, one for each frame of the clip.
    /// - Precondition: exactly the inputs of the configuration are passed, in its sizes.
    public func condition(
        frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil, _ context: Context
    ) -> PriorCondition {
        condition(
            features: self.features(of: frames, context), classes: classes, actions: actions,
            context)
    }

    /// Returns the condition of frames that have already passed the frame encoder, for callers that
    /// use its features too; this prior then need not hold it.
    ///
    /// - Parameter features: those of the frame encoder, `[N, n, H/s, W/s, C]`; see
    ///   ``FrameNetworkConfiguration/features``. nil for a prior without frames.
    /// - Precondition: as ``condition(frames:classes:actions:_:)``.
    package func condition(
        features: Tensor<Float>?, classes: Tensor<Int32>? = nil, actions: Tensor<Float>? = nil,
        _ context: Context
    ) -> PriorCondition {
        require(
            (classes != nil) == (configuration.classes != nil),
            "VideoPrior: classes \(classes == nil ? "missing" : "given") for "
                + "\(configuration.classes.map(String.init) ?? "no") classes")
        let stage = features.map { projected($0, context) }
        return PriorCondition(
            features: stage.map(placedFeatures), classes: classes,
            actions: actionTokens(of: actions, context), aligned: stage.flatMap(aligned))
    }

    /// Returns features `[N, n, h, w, featureWidth]` with their positions,
    /// `[N, n·h·w, featureWidth]`.
    private func placedFeatures(_ stage: Tensor<Float>) -> Tensor<Float> {
        guard let framePositions else {
            stop("VideoPrior: frames are passed to a prior without conditioning frames")
        }
        let features = stage + framePositions.grid
        return features.reshaped([features.shape[0], -1, features.shape[4]])
    }

    /// Returns the contribution of the last frame to the tokens of each cell,
    /// `[N, 1, h, w, width]`.
    private func aligned(_ stage: Tensor<Float>) -> Tensor<Float>? {
        guard let frameInput else { return nil }
        let projected = frameInput(stage.selected(stage.shape[1] - 1, axis: 1), .inference)
        let cells = [configuration.latent.height, configuration.latent.width]
        let fits = Array(projected.shape[1...2]) == cells
        return (fits ? projected : projected.interpolated(to: cells)).expanded(axis: 1)
    }

    /// Returns the features of the frame encoder, `[N, n, H/s, W/s, C]`; nil for a prior without
    /// frames.
    /// - Precondition: conditioning frames as in the configuration.
    package func features(of frames: Tensor<Float>?, _ context: Context) -> Tensor<Float>? {
        guard let conditioning = configuration.conditioning else {
            require(frames == nil, "VideoPrior: frames are passed to a prior without them")
            return nil
        }
        let expected = [conditioning.frames, conditioning.height, conditioning.width, 3]
        guard let frames, Array(frames.shape.dropFirst()) == expected else {
            stop(
                "VideoPrior: frames \(frames.map { "\($0.shape)" } ?? "missing") are not "
                    + "[N, \(expected.map(String.init).joined(separator: ", "))]")
        }
        if let resnet { return context.part("resnet") { resnet(frames, context) } }
        guard let frameEncoder else {
            stop("VideoPrior: frames are passed to a prior whose frame encoder was taken out")
        }
        return context.part("frameEncoder") { frameEncoder.features(of: frames, context) }
    }

    /// Returns features `[N, n, H/s, W/s, C]` at the stride and the width that the prior attends
    /// to, `[N, n, h, w, featureWidth]`.
    private func projected(_ features: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        guard let frameProjection else { return features }
        let shape = features.shape
        let pictures = features.reshaped([shape[0] * shape[1], shape[2], shape[3], shape[4]])
        let grids = context.part("frameProjection") { frameProjection(pictures, context) }
        return grids.reshaped(
            [shape[0], shape[1], grids.shape[1], grids.shape[2], grids.shape[3]])
    }

    private func actionTokens(of actions: Tensor<Float>?, _ context: Context) -> Tensor<Float>? {
        guard let actionInput, let width = configuration.actionWidth,
            let stride = configuration.actionStride
        else {
            require(actions == nil, "VideoPrior: actions are passed to a prior without them")
            return nil
        }
        let slots = configuration.latent.time
        guard let actions, actions.rank == 3, actions.shape[1] == slots * stride,
            actions.shape[2] == width
        else {
            stop(
                "VideoPrior: actions \(actions.map { "\($0.shape)" } ?? "missing") are not "
                    + "[N, \(slots * stride), \(width)]")
        }
        let joined = actions.reshaped([actions.shape[0], slots, stride * width])
        return actionInput(joined, context).reshaped([actions.shape[0], slots, 1, 1, -1])
    }

    /// Returns the stream before the first block, `[N, L, width]`: the code before each position,
    /// the position, and its actions.
    /// - Parameter embeddings: rows of the codebook `[N, t, h, w, embedding]`.
    func stream(
        _ embeddings: Tensor<Float>, _ condition: PriorCondition, _ context: Context
    ) -> Tensor<Float> {
        let grid = configuration.latent.array
        require(
            embeddings.rank == 5
                && Array(embeddings.shape.dropFirst()) == grid + [configuration.embeddingWidth],
            "VideoPrior: embeddings \(embeddings.shape) are not [N, "
                + "\((grid + [configuration.embeddingWidth]).map(String.init).joined(separator: ", "))]"
        )
        let (clips, tokens, width) = (
            embeddings.shape[0], configuration.tokens, configuration.width
        )
        var codes = embeddings.reshaped([clips, tokens, configuration.embeddingWidth]).matmul(input)
        codes = hidingSome(codes, context)
        let first = start.reshaped([1, 1, width]).broadcast(to: [clips, 1, width])
        let shifted = concatenated([first, codes.sliced(0..<tokens - 1, axis: 1)], axis: 1)
        return placed(shifted, condition)
    }

    /// Returns tokens `[N, L, width]` with their positions, their cells' features and actions
    /// added.
    func placed(_ tokens: Tensor<Float>, _ condition: PriorCondition) -> Tensor<Float> {
        let grid = [tokens.shape[0]] + configuration.latent.array + [configuration.width]
        var x = tokens.reshaped(grid) + positions.grid
        if let aligned = condition.aligned { x = x + aligned }
        if let actions = condition.actions { x = x + actions }
        return x.reshaped(tokens.shape)
    }

    /// In training with code dropout, replaces all codes of some clips, and a fraction of the codes
    /// of the others, by the masked-token embedding.
    private func hidingSome(_ codes: Tensor<Float>, _ context: Context) -> Tensor<Float> {
        guard context.isTraining, let rates = configuration.codeDropout, let hiddenCode else {
            return codes
        }
        let (clips, tokens) = (codes.shape[0], codes.shape[1])
        let whole = context.random.bernoulli([clips, 1], probability: Double(rates.wholeClips))
        let some = context.random.bernoulli([clips, tokens], probability: Double(rates.share))
        let hidden = (whole .| some).expanded(axis: -1)
        return codes.replacing(with: hiddenCode.reshaped([1, 1, -1]), where: hidden)
    }

    /// Runs the blocks.
    /// - Parameter visit: called with the number of blocks applied, from 0, and the stream there;
    ///   returns whether to continue.
    func run(
        _ stream: Tensor<Float>, _ condition: PriorCondition, checkpointing: Bool = false,
        _ context: Context, visit: (Int, Tensor<Float>) -> Bool = { _, _ in true }
    ) -> Tensor<Float> {
        let mask = selfMask
        var x = stream
        guard visit(0, x) else { return x }
        for (index, block) in blocks.enumerated() {
            let input = x
            x = context.part("blocks.\(index)") {
                checkpointing
                    ? context.checkpointed { block(input, condition, mask: mask, context) }
                    : block(input, condition, mask: mask, context)
            }
            guard visit(index + 1, x) else { return x }
        }
        return x
    }

    private var selfMask: AttentionMask {
        switch configuration.attention {
        case .full: .causal
        case .sparse: .blockSparse(BlockSparsity(strided: configuration.latent.array))
        }
    }

    /// Returns the logits of a stream that has passed all blocks, `[N, t, h, w, codes]`.
    func logits(of stream: Tensor<Float>, _ condition: PriorCondition) -> Tensor<Float> {
        let scores = norm(stream, classes: condition.classes).matmul(output)
        return scores.reshaped(
            [stream.shape[0]] + configuration.latent.array + [configuration.codeCount])
    }
}
