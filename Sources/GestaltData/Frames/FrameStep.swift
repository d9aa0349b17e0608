import GestaltMedia
import GestaltTensor

/// One change of a frame's size.
package enum FrameStep: Sendable, Equatable {
    case resize(FrameSize)
    /// The part that begins at a row and a column, which lie outside where frames are filled up.
    case part(FrameSize, top: Int, left: Int)

    /// The part in the middle, larger or smaller than the frame.
    static func centered(_ size: FrameSize, _ frame: FrameSize) -> FrameStep {
        func start(_ whole: Int, _ part: Int) -> Int {
            let gap = whole - part
            return gap < 0 ? -(-gap / 2) : gap / 2
        }
        return .part(
            size, top: start(frame.height, size.height), left: start(frame.width, size.width))
    }

    var size: FrameSize {
        switch self {
        case .resize(let size), .part(let size, _, _): size
        }
    }

    /// Frames `[…, H, W, C]` in the new size, by weighted means.
    package func applied(toFrames frames: Tensor<UInt8>) -> Tensor<UInt8> {
        switch self {
        case .resize(let size): frames.resized(height: size.height, width: size.width)
        case .part: part(of: frames, axis: frames.rank - 3)
        }
    }

    /// Masks `[…, H, W]` in the new size, by nearest neighbors.
    package func applied(toMasks masks: Tensor<UInt8>) -> Tensor<UInt8> {
        switch self {
        case .resize(let size): masks.resizedLabels(height: size.height, width: size.width)
        case .part: part(of: masks, axis: masks.rank - 2)
        }
    }

    /// A part of `[…, H, W, …]`, whose rows are axis `axis`, with repeated edges.
    func part<Scalar: TensorScalar>(of frames: Tensor<Scalar>, axis: Int) -> Tensor<Scalar> {
        guard case .part(let size, let top, let left) = self else { return frames }
        let rows = FrameStep.span(frames, axis: axis, start: top, count: size.height)
        return FrameStep.span(rows, axis: axis + 1, start: left, count: size.width)
    }

    private static func span<Scalar: TensorScalar>(
        _ frames: Tensor<Scalar>, axis: Int, start: Int, count: Int
    ) -> Tensor<Scalar> {
        let length = frames.shape[axis]
        let inside = max(start, 0)..<min(start + count, length)
        let middle = frames.sliced(inside, axis: axis)
        let (before, after) = (inside.lowerBound - start, start + count - inside.upperBound)
        guard before > 0 || after > 0 else { return middle }
        var parts = [middle]
        if before > 0 {
            parts.insert(
                frames.sliced(0..<1, axis: axis).repeated(before, axis: axis), at: 0)
        }
        if after > 0 {
            parts.append(
                frames.sliced(length - 1..<length, axis: axis).repeated(after, axis: axis))
        }
        return concatenated(parts, axis: axis)
    }
}

extension Clip {
    /// The clip with frames and masks of another size.
    func applying(_ steps: [FrameStep]) -> Clip {
        guard !steps.isEmpty else { return self }
        var result = self
        result.frames = steps.reduce(frames) { $1.applied(toFrames: $0) }
        result.masks = masks.map { steps.reduce($0) { $1.applied(toMasks: $0) } }
        return result
    }

    /// Every `stride`-th frame. Actions lead from one frame to the next, so they are left out.
    func everyFrame(_ stride: Int) -> Clip {
        guard stride > 1 else { return self }
        func chosen<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) -> Tensor<Scalar> {
            tensor.sliced(0..<frameCount, axis: 0, by: stride)
        }
        var result = self
        result.frames = chosen(frames)
        result.masks = masks.map(chosen)
        result.actions = nil
        result.series = result.series.mapValues(chosen)
        result.timeline = timeline.map { $0[Swift.stride(from: 0, to: frameCount, by: stride)] }
        return result
    }
}
