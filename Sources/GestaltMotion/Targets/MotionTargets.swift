import GestaltChecks
import GestaltTensor

/// Properties of a clip that tell moving objects from the background, without labels.
///
/// For clips of a still camera. Source of the channels: our pilots of pre-training on motion;
/// temporal medians as background are older (Cutler and Davis, *View-based detection and analysis
/// of periodic motion*, 1998).
///
/// - Complexity: linear in the pixels of the clip; a clip `[30, 64, 64, 3]` takes milliseconds. One
///   thread: callers process clips concurrently.
public struct MotionTargets: Sendable {
    /// The median over time of each channel, `[H, W, 3]`; the lower one of an even number of
    /// frames.
    public let background: Tensor<UInt8>
    /// The maps, `[T, H, W]`, one bit for each of ``channels``.
    public let bits: Tensor<UInt8>
    /// The mean absolute difference of consecutive frames over time and channels in gray steps,
    /// `[H, W]`.
    public let energy: Tensor<Float>
    /// The noise that was added to the thresholds.
    public let noise: CameraNoise
    public let settings: MotionSettings

    /// Computes the targets of a clip `[T, H, W, 3]`.
    ///
    /// - Parameters:
    ///   - name: The name of the clip for messages, a path for instance.
    ///   - noise: The noise of the camera; nil measures it on the clip.
    /// - Throws: `MotionError.invalidSetting`; `tooShort` for fewer frames than
    ///   ``MotionSettings/neededFrames``; `movingCamera`.
    public init(
        of clip: Tensor<UInt8>, name: String = "the clip", settings: MotionSettings = .init(),
        noise: CameraNoise? = nil
    ) throws(MotionError) {
        let shape = ClipShape(clip, "MotionTargets")
        try settings.validate()
        try settings.check(frames: shape.frames, of: name)
        if settings.refusesMovingCamera {
            let camera = CameraMotion(of: clip)
            if let frame = camera.frame {
                throw .movingCamera(clip: name, shift: camera.shift, frame: frame)
            }
        }
        self.settings = settings
        self.noise = noise ?? CameraNoise(of: clip)
        let thresholds = MotionThresholds(settings, self.noise)
        var maps = MotionMaps(shape, of: clip)
        var states = DisplacedStates()
        maps.fill(from: clip, settings, thresholds, &states)
        maps.markReached(within: settings.reach)
        GroundRule(settings, thresholds, shape).mark(states, &maps)
        background = maps.background
        bits = maps.bits
        energy = maps.energy
    }

    /// Returns the bytes of the targets of a clip of `frames` frames of H × W pixels.
    public static func byteCount(frames: Int, height: Int, width: Int) -> Int {
        let (background, energy) = (3, MemoryLayout<Float>.size)
        return (frames + background + energy) * height * width
    }

    /// The channels of ``bits``.
    public var channels: [MotionChannel] {
        [
            .differsFromMedian, .movingForeground, .displaced, .displacedForeground,
            .displacedGround, .reached,
        ]
            + settings.horizons.indices.map { .willChange($0) }
    }

    /// The number of frames T.
    public var frameCount: Int { bits.shape[0] }

    /// Returns a map, 1 or 0, `[T, H, W]`.
    /// - Precondition: `channel` is one of ``channels``.
    public func map(_ channel: MotionChannel) -> Tensor<Float> {
        requireChannel(channel)
        return channel.map(of: bits)
    }

    /// Returns whether the channel has a target in a frame: a horizon must end within the clip.
    /// - Precondition: `channel` is one of ``channels``.
    public func hasTarget(_ channel: MotionChannel, frame: Int) -> Bool {
        requireChannel(channel)
        let horizon = channel.bit - MotionChannel.willChange(0).bit
        guard horizon >= 0 else { return true }
        return frame + settings.horizons[horizon].upperBound < frameCount
    }

    /// Returns the weight of every pixel in a loss, 1 or 0, `[T, H, W]`: that of
    /// ``MotionChannel/weights(of:countingUnreached:)``, and 0 in frames without a target.
    /// - Precondition: `channel` is one of ``channels``.
    public func weights(
        _ channel: MotionChannel, countingUnreached: Bool = true
    ) -> Tensor<Float> {
        requireChannel(channel)
        var weights = channel.weights(of: bits, countingUnreached: countingUnreached)
        let pixels = bits.shape[1] * bits.shape[2]
        weights.withMutableScalars { weights in
            for frame in 0..<frameCount where !hasTarget(channel, frame: frame) {
                for i in frame * pixels..<(frame + 1) * pixels { weights[i] = 0 }
            }
        }
        return weights
    }

    private func requireChannel(_ channel: MotionChannel) {
        require(
            channels.contains(channel),
            "MotionTargets: no channel \(channel) among \(channels)")
    }
}
