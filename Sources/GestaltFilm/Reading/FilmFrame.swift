import GestaltTensor

/// A frame of a film.
public struct FilmFrame: Sendable {
    /// The number in the film from 0 on, in display order.
    public var number: Int
    /// The time in the film, in seconds; the first frame's need not be 0. A frame without a time
    /// follows the one before at the nominal rate.
    public var time: Double
    /// `[H, W, 3]`, RGB.
    public var pixels: Tensor<UInt8>

    public init(number: Int, time: Double, pixels: Tensor<UInt8>) {
        (self.number, self.time, self.pixels) = (number, time, pixels)
    }
}
