import GestaltChecks
import GestaltData
import GestaltMotion
import GestaltTensor

/// A batch of frames with their forecast targets.
public struct ForecastBatch: Sendable {
    /// The input, `[N, H, W, 3]` in −0.5…0.5.
    public var frames: Tensor<Float>
    /// The frames without what an augmentation or the term `still` blanked, `[N, H, W, 3]`.
    public var original: Tensor<Float>
    /// The target pictures, `[N, H, W, 3 · pictures]` in −0.5…0.5.
    public var pictures: Tensor<Float>
    /// The weight of each picture, 1, or 0 where the clip ends before it: `[N, 1, 1, pictures]`.
    public var pictureWeights: Tensor<Float>
    /// The target maps, 0 or 1, `[N, H, W, maps]`.
    public var maps: Tensor<Float>
    /// The weight of each pixel of a map, 0 or 1, `[N, H, W, maps]`.
    public var mapWeights: Tensor<Float>
}

/// Batches of single frames with the targets of some terms, transformed alike.
struct ForecastBatches: BatchSource {
    let data: ForecastClips
    let terms: [ForecastTerm]
    let frames: [FrameIndex]
    let batchSize: Int
    let order: BatchOrder
    let augmentation: Augmentation
    private let random: RandomStream

    /// - Precondition: there are frames and terms; the clips have one frame size.
    init(
        _ data: ForecastClips, terms: [ForecastTerm], every interval: Int = 1, batchSize: Int,
        order: BatchOrder, augmentation: Augmentation = .none, seed: UInt64 = 0
    ) {
        self.data = data
        self.terms = terms
        frames = data.clips.infos().enumerated().flatMap { clip, info in
            stride(from: 0, to: info.frameCount, by: interval)
                .map { FrameIndex(clip: clip, frame: $0) }
        }
        require(
            !frames.isEmpty && !terms.isEmpty && batchSize > 0,
            "ForecastBatches: batches of \(batchSize) of \(frames.count) frames, \(terms.count) terms"
        )
        self.batchSize = batchSize
        self.order = order
        self.augmentation = augmentation
        random = RandomStream(seed: seed).split(.max - 2)
    }

    var stepsPerPass: Int { order.stepsPerPass(batchSize: batchSize, count: frames.count) }
    var stepCount: Int? { order == .once ? stepsPerPass : nil }

    func batch(at step: Int) throws -> ForecastBatch {
        let indices = order.items(step: step, batchSize: batchSize, count: frames.count)
            .map { frames[$0] }
        // Clips that are not in memory are read several at a time, and only their windows are held.
        let windows = try data.clips.frames(of: indices.map(window))
        let examples = zip(indices, windows).enumerated().map { place, item in
            var draws = random.split(UInt64(step * batchSize + place))
            return example(item.0, of: item.1, &draws)
        }
        func all(_ part: (Example) -> Tensor<Float>) -> Tensor<Float> {
            stacked(examples.map(part), axis: 0)
        }
        return ForecastBatch(
            frames: all(\.seen), original: all(\.original), pictures: all(\.pictures),
            pictureWeights: all(\.pictureWeights), maps: all(\.maps), mapWeights: all(\.mapWeights))
    }

    /// A frame and the following ones that targets show, as far as the clip has them.
    private func window(_ index: FrameIndex) -> ClipWindow {
        var farthest = 0
        for case .frame(let ahead) in terms.map(\.target) { farthest = max(farthest, ahead) }
        let left = data.clips.info(at: index.clip).frameCount - index.frame
        return ClipWindow(
            clip: index.clip, start: index.frame, length: min(farthest + 1, left))
    }

    /// One item of a batch, without the first axis.
    private struct Example {
        var seen, original, pictures, pictureWeights, maps, mapWeights: Tensor<Float>
    }

    /// - Parameter window: the frame and later ones.
    private func example(
        _ index: FrameIndex, of window: Clip, _ draws: inout RandomStream
    ) -> Example {
        let change = augmentation.draw(height: window.height, width: window.width, using: &draws)
        let clean = change.withoutSpoiling
        let original = clean.frames(window.frames[0])
        var seen = change == clean ? original : change.frames(window.frames[0])
        if terms.contains(where: { $0.target == .still }) {
            seen = seen.spoiled(using: &draws)
        }
        let pictures = terms.compactMap { picture($0.target, index, of: window, original, clean) }
        let maps = maps(index, clean)
        let size = [change.height, change.width]
        func channels(_ parts: [Tensor<Float>]) -> Tensor<Float> {
            parts.isEmpty ? .zeros(Shape(size + [0])) : stacked(parts, axis: -1)
        }
        return Example(
            seen: seen, original: original,
            pictures: pictures.isEmpty
                ? .zeros(Shape(size + [0])) : concatenated(pictures.map(\.picture), axis: -1),
            pictureWeights: Tensor(
                shape: [1, 1, pictures.count], scalars: pictures.map(\.weight)),
            maps: channels(maps.map(\.map)), mapWeights: channels(maps.map(\.weights)))
    }

    /// Returns the target picture `[H, W, 3]` of a term and its weight; nil for a map.
    ///
    /// - Parameters:
    ///   - window: the frame and later ones.
    ///   - original: the transformed frame.
    private func picture(
        _ target: ForecastTerm.Target, _ index: FrameIndex, of window: Clip,
        _ original: Tensor<Float>, _ change: Transformation
    ) -> (picture: Tensor<Float>, weight: Float)? {
        switch target {
        case .background: (change.frames(data.motion[index.clip].background), 1)
        case .still: (original, 1)
        case .frame(let ahead):
            (
                change.frames(window.frames[min(ahead, window.frameCount - 1)]),
                ahead < window.frameCount ? 1 : 0
            )
        case .map: nil
        }
    }

    /// Returns the target maps of a frame `[H, W]` with the weights of their pixels.
    private func maps(
        _ index: FrameIndex, _ change: Transformation
    ) -> [(map: Tensor<Float>, weights: Tensor<Float>)] {
        guard !data.motion.isEmpty else { return [] }
        let motion = data.motion[index.clip]
        // Bits move as labels do, and are expanded last.
        let bits = change.masks(motion.bits[index.frame])
        var maps: [(map: Tensor<Float>, weights: Tensor<Float>)] = []
        for case .map(let channel) in terms.map(\.target) {
            let isKnown = motion.hasTarget(channel, frame: index.frame)
            maps.append(
                (channel.map(of: bits), isKnown ? channel.weights(of: bits) : .zeros(bits.shape)))
        }
        return maps
    }
}

extension Transformation {
    /// The same change without blur, noise and blanked parts: that of a target.
    fileprivate var withoutSpoiling: Transformation {
        var clean = self
        (clean.blur, clean.noise, clean.cutOuts) = (0, 0, [])
        return clean
    }
}

extension Tensor<Float> {
    /// The side of the blocks that ``spoiled(using:)`` blanks.
    private static var blankedBlock: Int { 8 }

    /// Returns a frame `[H, W, 3]` half of whose blocks are blank, and half of the time in gray.
    fileprivate func spoiled(using draws: inout RandomStream) -> Tensor {
        let (height, width, block) = (shape[0], shape[1], Self.blankedBlock)
        let columns = (width + block - 1) / block
        let isGray = draws.number() < 0.5
        let keeps = (0..<(height + block - 1) / block * columns).map { _ in draws.number() < 0.5 }
        var result = self
        result.withMutableScalars { pixels in
            for row in 0..<height {
                for column in 0..<width {
                    let first = (row * width + column) * 3
                    guard keeps[row / block * columns + column / block] else {
                        for channel in 0..<3 { pixels[first + channel] = 0 }
                        continue
                    }
                    guard isGray else { continue }
                    // Luma of ITU-R BT.601.
                    let gray =
                        0.299 * pixels[first] + 0.587 * pixels[first + 1]
                        + 0.114 * pixels[first + 2]
                    for channel in 0..<3 { pixels[first + channel] = gray }
                }
            }
        }
        return result
    }
}
