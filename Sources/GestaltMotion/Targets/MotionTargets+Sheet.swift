import GestaltChecks
import GestaltTensor

extension MotionTargets {
    /// The titles of the panels of ``sheet(of:frame:)``, from the left.
    public var sheetTitles: [String] {
        ["frame", "background", "energy", "differs", "displaced", "foreground", "reached"]
            + settings.horizons.map { "+\($0.lowerBound)…\($0.upperBound)" }
    }

    /// Returns a frame and its targets side by side, `[H, W · n, 3]`, to look at.
    ///
    /// Maps are white on black; the largest energy is white. In the panel of the foreground, objects
    /// are red, ground is green and undecided pixels are gray.
    ///
    /// - Parameter clip: The clip of these targets, `[T, H, W, 3]`.
    /// - Precondition: `clip` has the shape of the targets and `frame` lies in it.
    public func sheet(of clip: Tensor<UInt8>, frame: Int) -> Tensor<UInt8> {
        let shape = ClipShape(clip, "MotionTargets.sheet")
        require(
            Array(clip.shape.dropLast()) == Array(bits.shape),
            "MotionTargets.sheet: a clip of shape \(clip.shape) for targets \(bits.shape)")
        require(
            (0..<shape.frames).contains(frame),
            "MotionTargets.sheet: frame \(frame) of \(shape.frames)")
        let bits = bits[frame]
        func panel(_ channel: MotionChannel) -> Tensor<UInt8> { gray(channel.map(of: bits) * 255) }
        let brightest = max(energy.max().scalar, .leastNormalMagnitude)
        let panels =
            [
                clip[frame], background, gray(energy * (255 / brightest)),
                panel(.differsFromMedian), panel(.displaced), decisions(of: bits),
                panel(.reached),
            ] + settings.horizons.indices.map { panel(.willChange($0)) }
        return concatenated(panels, axis: 1)
    }

    /// Returns a picture `[H, W, 3]` of values 0…255 `[H, W]`.
    private func gray(_ values: Tensor<Float>) -> Tensor<UInt8> {
        let picture: Tensor<UInt8> = values.withScalars { values in
            Tensor(uninitialized: [values.count, 3]) { picture in
                for i in picture.indices {
                    picture[i] = UInt8(min(max(values[i / 3], 0), 255).rounded())
                }
            }
        }
        return picture.reshaped([values.shape[0], values.shape[1], 3])
    }

    /// Returns the colored decisions `[H, W, 3]` for bits `[H, W]`.
    private func decisions(of bits: Tensor<UInt8>) -> Tensor<UInt8> {
        let picture: Tensor<UInt8> = bits.withScalars { bits in
            Tensor(uninitialized: [bits.count, 3]) { picture in
                for (i, bits) in bits.enumerated() {
                    func isSet(_ channel: MotionChannel) -> Bool { bits & channel.mask != 0 }
                    let color: (UInt8, UInt8, UInt8) =
                        isSet(.displacedForeground)
                        ? (230, 40, 40)
                        : isSet(.displacedGround)
                            ? (60, 190, 70) : isSet(.displaced) ? (128, 128, 128) : (0, 0, 0)
                    (picture[i * 3], picture[i * 3 + 1], picture[i * 3 + 2]) = color
                }
            }
        }
        return picture.reshaped([bits.shape[0], bits.shape[1], 3])
    }
}
