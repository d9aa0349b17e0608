import GestaltChecks
import GestaltData
import GestaltMotion
import GestaltTensor

/// Single frames with the targets of some terms, transformed alike.
struct ForecastExamples: Sendable {
    let data: ForecastClips
    let terms: [ForecastTerm]

    /// One item of a ``ForecastBatch``, without the first axis.
    struct Example {
        fileprivate var seen, original, pictures, pictureWeights, maps, mapWeights: Tensor<Float>
    }

    /// Reads frames, each with the following ones that targets show, as far as its clip has them.
    ///
    /// Clips that are not in memory are read several at a time, and only these windows are held.
    func windows(of indices: [FrameIndex]) throws -> [Clip] {
        var farthest = 0
        for case .frame(let ahead) in terms.map(\.target) { farthest = max(farthest, ahead) }
        return try data.clips.frames(
            of: indices.map { index in
                let left = data.clips.info(at: index.clip).frameCount - index.frame
                return ClipWindow(
                    clip: index.clip, start: index.frame, length: min(farthest + 1, left))
            })
    }

    /// - Parameters:
    ///   - window: the frame and later ones, from ``windows(of:)``.
    ///   - change: applied to the frame; to the targets without blur, noise and blanked parts.
    ///   - draws: the source of what the term `still` blanks.
    func example(
        _ index: FrameIndex, of window: Clip, _ change: Transformation,
        using draws: inout RandomStream
    ) -> Example {
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

extension ForecastBatch {
    init(_ examples: [ForecastExamples.Example]) {
        func all(_ part: (ForecastExamples.Example) -> Tensor<Float>) -> Tensor<Float> {
            stacked(examples.map(part), axis: 0)
        }
        self.init(
            frames: all(\.seen), original: all(\.original), pictures: all(\.pictures),
            pictureWeights: all(\.pictureWeights), maps: all(\.maps), mapWeights: all(\.mapWeights))
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
