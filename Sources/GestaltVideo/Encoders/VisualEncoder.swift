import GestaltNN
import GestaltTensor

/// A map from frames to a ``Latent``.
///
/// Whether it is trained, and which part of it, is a property of the experiment: freeze its path.
public protocol VisualEncoder: Module {
    /// Whether a latent depends on frames after the one whose mask is predicted. Tables list such
    /// rows separately.
    var seesFuture: Bool { get }

    /// The height and width of a frame must be multiples of this.
    var sizeMultiple: Int { get }

    /// Whether its input is clips, since a latent depends on frames around the one whose mask is
    /// predicted: later ones, or earlier ones alone; by default ``seesFuture``.
    var readsClips: Bool { get }

    /// Frames per latent slot, for an encoder that reads clips.
    var temporalStride: Int { get }

    /// The only number of frames of a clip, for an encoder that reads clips; nil, the default, for
    /// every multiple of ``temporalStride``.
    var clipLength: Int? { get }

    /// The number of futures sampled for each latent; by default 0. Sampling takes long, so that
    /// such latents are computed once.
    var sampledFutures: Int { get }

    /// Returns the indices of the frames that a clip's latents describe, one for each slot; by
    /// default the middle of each slot, rounded up.
    func labeledFrames(clipLength: Int) -> [Int]

    /// Returns the sizes of the latents of frames of this size.
    func latentShape(height: Int, width: Int) -> LatentShape

    /// - Parameter frames: `[N, H, W, 3]` in [−0.5, 0.5]; clips `[N, T, H, W, 3]` for an encoder
    ///   that reads clips; their T / temporalStride slots are then consecutive along the first
    ///   axis. An encoder that reads earlier frames alone accepts single frames, too, as static
    ///   clips.
    /// - Precondition: H and W are multiples of ``sizeMultiple``.
    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent

    /// Returns the latents of ``encode(_:_:)`` for inference, or the error that left them unknown;
    /// by default those of `encode`, which always knows them.
    ///
    /// - Parameter frames: as for ``encode(_:_:)``.
    /// - Throws: errors of an encoder that may fail, such as one that samples futures; its `encode`
    ///   returns NaN instead.
    func latents(of frames: Tensor<Float>) throws -> Latent
}

extension VisualEncoder {
    public var seesFuture: Bool { false }
    public var readsClips: Bool { seesFuture }
    public var temporalStride: Int { 1 }
    public var clipLength: Int? { nil }
    public var sampledFutures: Int { 0 }

    public func latents(of frames: Tensor<Float>) throws -> Latent { encode(frames, .inference) }

    public func labeledFrames(clipLength: Int) -> [Int] {
        (0..<clipLength / temporalStride).map { $0 * temporalStride + temporalStride / 2 }
    }
}
