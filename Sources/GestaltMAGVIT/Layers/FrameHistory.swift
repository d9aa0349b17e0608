import GestaltChecks
import GestaltTensor

/// The frames before a part of a clip that one causal convolution reads: zeros, then frames.
struct FrameEdge: Sendable {
    /// The number of frames of zeros, the earliest ones.
    var zeros: Int
    /// `[N, frames, H, W, C]`; nil for none.
    var frames: Tensor<Float>?

    /// Returns the cells before the first frame of a clip.
    static func before(
        _ clip: Tensor<Float>, reach: Int, _ past: MagvitConfiguration.Past
    ) -> FrameEdge {
        guard past == .first, reach > 0 else { return FrameEdge(zeros: reach, frames: nil) }
        let first = clip[0..., 0..<1]
        return FrameEdge(
            zeros: 0, frames: concatenated(Array(repeating: first, count: reach), axis: 1))
    }

    /// Returns the last `count` frames once `next` have followed.
    func followed(by next: Tensor<Float>, keeping count: Int) -> FrameEdge {
        guard count > 0 else { return FrameEdge(zeros: 0, frames: nil) }
        let joined = frames.map { concatenated([$0, next], axis: 1) } ?? next
        let kept = min(count, joined.shape[1])
        let last = joined[0..., joined.shape[1] - kept..<joined.shape[1]].contiguous()
        return FrameEdge(zeros: count - kept, frames: last.detached)
    }
}

/// The edges of all causal convolutions of a network between the parts of a clip, in the order in
/// which the network runs them. One per part.
package final class FrameHistory {
    /// Whether the part is the beginning of the clip.
    let isFirst: Bool
    private let earlier: [FrameEdge]
    /// The edges for the next part.
    private(set) var edges: [FrameEdge] = []

    /// - Parameter edges: those after the part before; none for the first part.
    init(after edges: [FrameEdge]) {
        isFirst = edges.isEmpty
        earlier = edges
    }

    /// Returns the edge before a convolution's input, `beginning` for the first part, and
    /// stores the one for the next part.
    func replace(
        _ beginning: @autoclosure () -> FrameEdge, with input: Tensor<Float>, keeping count: Int
    ) -> FrameEdge {
        require(
            isFirst || edges.count < earlier.count,
            "FrameHistory: \(earlier.count) convolutions, then another")
        let edge = isFirst ? beginning() : earlier[edges.count]
        edges.append(edge.followed(by: input, keeping: count))
        return edge
    }
}
