import GestaltChecks
import GestaltMotion
import GestaltTensor

extension Clip {
    /// The median of all frames, `[H, W, 3]`: of each channel of each pixel the lower median over
    /// time, the background of a resting camera where nothing covers it most of the time.
    public func medianFrame() -> Tensor<UInt8> { temporalMedian(of: frames) }

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
