import GestaltTensor

/// A map in the bits of ``MotionTargets/bits``.
///
/// The maps and weights are computed from the bits, so that a training batch moves and mirrors one
/// small tensor with its pictures and expands it last.
public struct MotionChannel: Hashable, Sendable, CustomStringConvertible {
    public let name: String
    let bit: Int

    /// Whether the frame differs from the median over time: an object in motion, or a displaced
    /// one where it rests for less than half of the clip.
    public static let differsFromMedian = MotionChannel(name: "differs-from-median", bit: 0)
    /// Whether the pixel is in one of several states of the clip: something came or went for good.
    public static let displaced = MotionChannel(name: "displaced", bit: 1)
    /// Whether a displaced pixel shows an object.
    public static let displacedForeground = MotionChannel(name: "displaced-foreground", bit: 2)
    /// Whether a displaced pixel shows the ground: no object yet, or no longer. Displaced pixels
    /// that are neither this nor foreground are undecided.
    public static let displacedGround = MotionChannel(name: "displaced-ground", bit: 3)
    /// Whether something moved within ``MotionSettings/reach`` of the pixel at any time; the same
    /// in all frames. Objects at rest elsewhere were never touched and may be anything.
    public static let reached = MotionChannel(name: "reached", bit: 4)

    /// Whether the luma of the pixel will differ in any frame of the horizon with this index in
    /// ``MotionSettings/horizons``.
    public static func willChange(_ horizon: Int) -> MotionChannel {
        MotionChannel(name: "will-change-\(horizon)", bit: 5 + horizon)
    }

    public var description: String { name }

    var mask: UInt8 { 1 << UInt8(bit) }

    /// Returns the map, 1 or 0, in bits of any shape.
    public func map(of bits: Tensor<UInt8>) -> Tensor<Float> {
        expanded(bits) { $0 & mask == 0 ? 0 : 1 }
    }

    /// Returns the maps of several channels along a new last axis: `[…]` in, `[…, channels]` out.
    public static func maps(
        of bits: Tensor<UInt8>, channels: [MotionChannel]
    ) -> Tensor<Float> {
        stacked(channels.map { $0.map(of: bits) }, axis: -1)
    }

    /// Returns the weight of every pixel in a loss, 1 or 0, for bits of any shape.
    ///
    /// It is 0 where ``displacedForeground`` is undecided and, on request, where the pixel was not
    /// reached: without motion nothing tells an object from the background. Frames without a target
    /// are not known from the bits; see ``MotionTargets/hasTarget(_:frame:)``.
    public func weights(
        of bits: Tensor<UInt8>, countingUnreached: Bool = true
    ) -> Tensor<Float> {
        let (ignored, reached) = (!countingUnreached, Self.reached.mask)
        guard self == .displacedForeground || self == .displacedGround else {
            return expanded(bits) { ignored && $0 & reached == 0 ? 0 : 1 }
        }
        let undecided = Self.displaced.mask
        let decisions =
            undecided | Self.displacedForeground.mask | Self.displacedGround.mask
        return expanded(bits) {
            $0 & decisions == undecided || (ignored && $0 & reached == 0) ? 0 : 1
        }
    }

    @inline(__always)
    private func expanded(_ bits: Tensor<UInt8>, _ value: (UInt8) -> Float) -> Tensor<Float> {
        bits.withScalars { source in
            Tensor(uninitialized: bits.shape) { target in
                for i in source.indices { target[i] = value(source[i]) }
            }
        }
    }
}
