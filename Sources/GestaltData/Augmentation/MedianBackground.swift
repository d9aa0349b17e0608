import GestaltChecks
import GestaltTensor

extension Clip {
    /// The median of all frames, `[H, W, 3]`: of each channel of each pixel the lower median over
    /// time, the background of a resting camera where nothing covers it most of the time.
    public func medianFrame() -> Tensor<UInt8> {
        let size = height * width * 3
        return frames.withScalars { source in
            Tensor<UInt8>(uninitialized: [height, width, 3]) { target in
                guard let source = source.baseAddress, let target = target.baseAddress else {
                    return
                }
                for start in stride(from: 0, to: size, by: TemporalMedian.block) {
                    TemporalMedian.write(
                        source + start, to: target + start, frames: frameCount, distance: size,
                        count: min(TemporalMedian.block, size - start))
                }
            }
        }
    }

    /// The clip with its foreground, ids 1…254, replaced by a median of all frames.
    ///
    /// Replaced pixels get the id 0, or ``ignoredLabel`` where the median looks like the frame:
    /// there it may show the same object at rest. Frames without masks stay as they are.
    ///
    /// - Parameter median: `[H, W, 3]`, see ``medianFrame()``.
    /// - Precondition: the median has the size of the frames.
    public func withoutForeground(median: Tensor<UInt8>) -> Clip {
        require(
            median.shape == [height, width, 3],
            "Clip.withoutForeground: a median \(median.shape) for frames \(frames.shape)")
        guard var masks else { return self }
        var result = self
        let pixels = height * width
        median.withScalars { median in
            masks.withMutableScalars { ids in
                result.frames.withMutableScalars { colors in
                    for place in ids.indices
                    where ids[place] != 0 && ids[place] != Self.ignoredLabel {
                        let behind = place % pixels * 3
                        var difference = 0
                        for channel in 0..<3 {
                            let (new, old) = (median[behind + channel], colors[place * 3 + channel])
                            difference = max(difference, abs(Int(new) - Int(old)))
                            colors[place * 3 + channel] = new
                        }
                        ids[place] = difference > Self.restingDifference ? 0 : Self.ignoredLabel
                    }
                }
            }
        }
        result.masks = masks
        return result
    }

    /// The largest difference of two frames of a resting surface in any channel: several times the
    /// noise of a camera.
    private static let restingDifference = 16
}

/// The lower median over time of many numbers at once.
private enum TemporalMedian {
    /// Numbers whose candidates and counts stay in the fastest cache.
    static let block = 1024

    /// Finds the bits of each median from the highest down: a bit is set where no more than half
    /// of the numbers lie below the candidate. All loops run over neighbors in memory.
    ///
    /// - Parameter distance: from a frame to the next.
    static func write(
        _ source: UnsafePointer<UInt8>, to medians: UnsafeMutablePointer<UInt8>, frames: Int,
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
}
