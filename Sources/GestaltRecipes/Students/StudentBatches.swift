import GestaltChecks
import GestaltData
import GestaltSegHeads
import GestaltTensor

/// Labeled frames, then frames with probabilities in place of labels.
struct StudentBatch: Sendable {
    /// `[N, H, W, 3]` in −0.5…0.5.
    var frames: Tensor<Float>
    /// The target probabilities, `[N, H, W, K]`.
    var targets: Tensor<Float>
    /// The weight of each pixel, 0 where its label is ignored or, of an unlabeled frame, where the
    /// class of the pseudo-labels changes nearby: `[N, H, W]`.
    var weights: Tensor<Float>
    /// The number of labeled frames, the first ones.
    var labeled: Int
    /// The unlabeled frames without recoloring, noise, blur and blanked parts, in the same
    /// position, for a teacher: `[N − labeled, H, W, 3]`.
    var plain: Tensor<Float>
}

/// Batches of labeled and pseudo-labeled frames.
struct StudentBatches: BatchSource {
    let labeled: FrameBatches
    let set: DataSet
    let labels: PseudoLabels
    let frames: [FrameIndex]
    let batchSize: Int
    let augmentation: Augmentation
    /// The weight of an unlabeled pixel relative to a labeled one.
    let weight: Float
    /// The distance in pixels from a change of class within which unlabeled pixels do not count.
    let band: Int
    private let seed: UInt64

    /// - Parameters:
    ///   - labeled: batches of labeled frames.
    ///   - batchSize: the number of unlabeled frames in a batch.
    init(
        labeled: FrameBatches, unlabeled set: DataSet, labels: PseudoLabels, batchSize: Int,
        augmentation: Augmentation, weight: Float, band: Int, seed: UInt64
    ) {
        self.labeled = labeled
        self.set = set
        self.labels = labels
        frames = set.frames(without: labeled.frames)
        require(
            !frames.isEmpty && batchSize > 0,
            "StudentBatches: \(batchSize) of \(frames.count) unlabeled frames a batch")
        self.batchSize = batchSize
        self.augmentation = augmentation
        self.weight = weight
        self.band = band
        self.seed = seed
    }

    var stepsPerPass: Int {
        BatchOrder.once.stepsPerPass(batchSize: batchSize, count: frames.count)
    }
    var stepCount: Int? { nil }

    func batch(at step: Int) throws -> StudentBatch {
        let known = try labeled.batch(at: step)
        guard let masks = known.masks else { stop("StudentBatches: frames without masks") }
        var guessed = try unlabeled(at: step)
        let mixing = mixing(at: step, like: guessed.frames)
        if !mixing.isEmpty { guessed.mix(mixing) }
        return StudentBatch(
            frames: concatenated([known.frames, guessed.frames], axis: 0),
            targets: concatenated(
                [masks.targets(classes: labels.classes), guessed.targets], axis: 0),
            weights: concatenated(
                [masks.known, guessed.weights.squeezed(axis: -1) * weight], axis: 0),
            labeled: known.frames.shape[0], plain: guessed.plain)
    }

    private func mixing(at step: Int, like frames: Tensor<Float>) -> BatchMixing {
        var draws = RandomStream(seed: seed).split(.max - 3).split(UInt64(step))
        return augmentation.drawMixing(
            items: frames.shape[0], height: frames.shape[1], width: frames.shape[2], using: &draws)
    }

    /// The unlabeled part of a batch.
    private struct PseudoLabeled {
        var frames, plain, targets: Tensor<Float>
        /// 0 in the boundary band, else 1, `[N, H, W, 1]`.
        var weights: Tensor<Float>

        /// Mixes items, with their targets. Foregrounds are pasted onto the frames as they are: the
        /// median has no targets.
        mutating func mix(_ mixing: BatchMixing) {
            let mixed = mixing.mixed(
                LabeledPictures(
                    frames: frames, masks: targets.likeliestClasses,
                    maps: [plain, targets, weights]))
            frames = mixed.frames
            (plain, targets, weights) = (mixed.maps[0], mixed.maps[1], mixed.maps[2])
        }
    }

    private func unlabeled(at step: Int) throws -> PseudoLabeled {
        let order = BatchOrder.shuffled(seed: seed &+ 1)
        let indices = order.items(step: step, batchSize: batchSize, count: frames.count)
            .map { frames[$0] }
        let pieces = try set.frames(
            of: indices.map { ClipWindow(clip: $0.clip, start: $0.frame, length: 1) })
        var (seen, plain): ([Tensor<Float>], [Tensor<Float>]) = ([], [])
        var (targets, weights): ([Tensor<Float>], [Tensor<Float>]) = ([], [])
        for (place, (index, piece)) in zip(indices, pieces).enumerated() {
            var draws = RandomStream(seed: seed).split(.max - 4)
                .split(UInt64(step * batchSize + place))
            let change = augmentation.draw(height: piece.height, width: piece.width, using: &draws)
            seen.append(change.frames(piece.frames[0]))
            plain.append(change.movingOnly.frames(piece.frames[0]))
            let probabilities = labels.probabilities(index)
            targets.append(change.maps(probabilities))
            weights.append(change.maps(labels.weights(of: probabilities, band: band)))
        }
        return PseudoLabeled(
            frames: stacked(seen, axis: 0), plain: stacked(plain, axis: 0),
            targets: stacked(targets, axis: 0), weights: stacked(weights, axis: 0))
    }
}

extension DataSet {
    /// Returns all frames except some, in order.
    func frames(without chosen: [FrameIndex]) -> [FrameIndex] {
        let chosen = Set(chosen)
        return infos().enumerated().flatMap { clip, info in
            (0..<info.frameCount).map { FrameIndex(clip: clip, frame: $0) }
                .filter { !chosen.contains($0) }
        }
    }
}

extension Transformation {
    /// The change of place alone.
    fileprivate var movingOnly: Transformation {
        var plain = self
        (plain.brightness, plain.contrast, plain.saturation, plain.hue) = (0, 1, 1, 0)
        (plain.blur, plain.noise, plain.cutOuts) = (0, 0, [])
        return plain
    }
}

extension Tensor<UInt8> {
    /// Masks `[N, H, W]` as probabilities `[N, H, W, classes]`.
    fileprivate func targets(classes: Int) -> Tensor<Float> {
        withScalars { ids in
            Tensor<Float>(uninitialized: Shape(Array(shape) + [classes])) { target in
                for (pixel, id) in ids.enumerated() {
                    if classes == 1 {
                        target[pixel] = id > 0 && id != 255 ? 1 : 0
                        continue
                    }
                    for k in 0..<classes { target[pixel * classes + k] = Int(id) == k ? 1 : 0 }
                }
            }
        }
    }

    /// 1, or 0 for ignored pixels, of masks `[N, H, W]`.
    fileprivate var known: Tensor<Float> {
        withScalars { ids in
            Tensor<Float>(shape: shape, scalars: ids.map { $0 == 255 ? 0 : 1 })
        }
    }
}

extension Tensor<Float> {
    /// The likeliest class, above 0 for foreground, of probabilities `[N, H, W, K]`.
    fileprivate var likeliestClasses: Tensor<UInt8> { labels(ofProbabilities: self) }
}
