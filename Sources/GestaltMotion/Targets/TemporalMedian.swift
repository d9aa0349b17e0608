import GestaltTensor

/// Returns the median over time of a clip `[T, H, W, 3]`, `[H, W, 3]`: of each channel of each
/// pixel, the lower one of an even number of frames.
///
/// The background of a still camera where nothing covers it most of the time.
///
/// - Complexity: eight passes over the clip.
public func temporalMedian(of clip: Tensor<UInt8>) -> Tensor<UInt8> {
    let shape = ClipShape(clip, "temporalMedian")
    let size = shape.pixels * 3
    return clip.withScalars { source in
        Tensor<UInt8>(uninitialized: [shape.height, shape.width, 3]) { target in
            // ClipShape requires a pixel.
            let (source, target) = (source.baseAddress!, target.baseAddress!)
            for start in stride(from: 0, to: size, by: medianBlock) {
                writeMedians(
                    of: source + start, to: target + start, frames: shape.frames, distance: size,
                    count: min(medianBlock, size - start))
            }
        }
    }
}

/// Numbers whose candidates and counts stay in the fastest cache.
private let medianBlock = 1024

/// Finds the bits of each lower median from the highest down: a bit is set where no more than half
/// of the numbers lie below the candidate. All loops run over neighbors in memory.
///
/// - Parameter distance: from a frame to the next.
private func writeMedians(
    of source: UnsafePointer<UInt8>, to medians: UnsafeMutablePointer<UInt8>, frames: Int,
    distance: Int, count: Int
) {
    let rank = Int32((frames - 1) / 2)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { below in
        guard let below = below.baseAddress else { return }
        medians.update(repeating: 0, count: count)
        for bit in (0..<8).reversed() {
            let mark = UInt8(1) << UInt8(bit)
            below.update(repeating: 0, count: count)
            for frame in 0..<frames {
                let row = source + frame * distance
                for index in 0..<count {
                    below[index] &+= row[index] < medians[index] | mark ? 1 : 0
                }
            }
            for index in 0..<count where below[index] <= rank { medians[index] |= mark }
        }
    }
}
