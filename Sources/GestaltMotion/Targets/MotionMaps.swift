import GestaltTensor

/// The maps of a clip while they are computed.
struct MotionMaps {
    let shape: ClipShape
    let background: Tensor<UInt8>
    var bits: Tensor<UInt8>
    var energy: Tensor<Float>

    /// The median of a clip and empty maps.
    init(_ shape: ClipShape, of clip: Tensor<UInt8>) {
        self.shape = shape
        background = temporalMedian(of: clip)
        bits = .zeros([shape.frames, shape.height, shape.width])
        energy = .zeros([shape.height, shape.width])
    }

    /// Computes everything that depends on the history of a pixel alone.
    mutating func fill(
        from clip: Tensor<UInt8>, _ settings: MotionSettings, _ thresholds: MotionThresholds,
        _ states: inout DisplacedStates
    ) {
        let shape = shape
        let history = PixelHistory(settings, thresholds, frames: shape.frames, width: shape.width)
        clip.withScalars { x in
            background.withScalars { background in
                bits.withMutableScalars { bits in
                    energy.withMutableScalars { energy in
                        for pixel in 0..<shape.pixels {
                            if pixel % shape.width == 0 { history.gather(x, from: pixel, shape) }
                            history.select(pixel % shape.width)
                            history.compare(with: background.baseAddress! + pixel * 3)
                            history.lookAhead()
                            history.findStates(of: pixel, &states)
                            energy[pixel] = history.energy
                            for t in 0..<shape.frames {
                                bits[t * shape.pixels + pixel] = history.bits[t]
                            }
                        }
                    }
                }
            }
        }
    }

    /// Marks the pixels within `reach` rows and columns of any motion, in all frames.
    mutating func markReached(within reach: Int) {
        let (shape, motion) = (shape, MotionChannel.differsFromMedian.mask)
        let displaced = MotionChannel.displaced.mask
        bits.withMutableScalars { bits in
            var moved = [Bool](repeating: false, count: shape.pixels)
            for t in 0..<shape.frames {
                for pixel in 0..<shape.pixels
                where bits[t * shape.pixels + pixel] & (motion | displaced) != 0 {
                    moved[pixel] = true
                }
            }
            for y in 0..<shape.height {
                spread(&moved, from: y * shape.width, step: 1, count: shape.width, by: reach)
            }
            for x in 0..<shape.width {
                spread(&moved, from: x, step: shape.width, count: shape.height, by: reach)
            }
            for t in 0..<shape.frames {
                for pixel in 0..<shape.pixels where moved[pixel] {
                    bits[t * shape.pixels + pixel] |= MotionChannel.reached.mask
                }
            }
        }
    }
}

/// Sets the elements of a line within `reach` of a set one.
private func spread(
    _ values: inout [Bool], from start: Int, step: Int, count: Int, by reach: Int
) {
    // The end, exclusive, of what the set elements seen so far reach.
    var end = 0
    var cleared = 0
    for i in 0..<count {
        if values[start + i * step] {
            for k in max(cleared, i - reach)..<i { values[start + k * step] = true }
            end = i + reach + 1
            cleared = i + 1
        } else if i < end {
            values[start + i * step] = true
            cleared = i + 1
        }
    }
}
