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

    /// - Parameters:
    ///   - change: applied to the frame; to the targets without blur, noise and blanked parts.
    ///   - draws: the source of what the term `still` blanks.
    /// - Throws: errors of reading the clip.
    func example(
        _ index: FrameIndex, _ change: Transformation, using draws: inout RandomStream
    ) throws -> Example {
        let clip = try data.clips.clip(at: index.clip)
        let clean = change.withoutSpoiling
        let original = clean.frames(clip.frames[index.frame])
        var seen = change == clean ? original : change.frames(clip.frames[index.frame])
        if terms.contains(where: { $0.target == .still }) {
            seen = seen.spoiled(using: &draws)
        }
        var pictures: [Tensor<Float>] = []
        var pictureWeights: [Float] = []
        var maps: [Tensor<Float>] = []
        var mapWeights: [Tensor<Float>] = []
        // Bits move as labels do, and are expanded last.
        let bits =
            data.motion.isEmpty ? nil : clean.masks(data.motion[index.clip].bits[index.frame])
        for term in terms {
            switch term.target {
            case .background:
                pictures.append(clean.frames(data.motion[index.clip].background))
                pictureWeights.append(1)
            case .still:
                pictures.append(original)
                pictureWeights.append(1)
            case .frame(let ahead):
                let later = index.frame + ahead
                pictures.append(clean.frames(clip.frames[min(later, clip.frameCount - 1)]))
                pictureWeights.append(later < clip.frameCount ? 1 : 0)
            case .map(let channel):
                guard let bits else { stop("ForecastExamples: \(term.name) without motion") }
                maps.append(channel.map(of: bits))
                let known = data.motion[index.clip].hasTarget(channel, frame: index.frame)
                mapWeights.append(known ? channel.weights(of: bits) : .zeros(bits.shape))
            }
        }
        let size = [change.height, change.width]
        func channels(_ parts: [Tensor<Float>]) -> Tensor<Float> {
            parts.isEmpty ? .zeros(Shape(size + [0])) : stacked(parts, axis: -1)
        }
        return Example(
            seen: seen, original: original,
            pictures: pictures.isEmpty
                ? .zeros(Shape(size + [0])) : concatenated(pictures, axis: -1),
            pictureWeights: Tensor(shape: [1, 1, pictureWeights.count], scalars: pictureWeights),
            maps: channels(maps), mapWeights: channels(mapWeights))
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
