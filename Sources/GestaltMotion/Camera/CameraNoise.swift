import GestaltChecks
import GestaltTensor

/// The noise of a still camera, measured on a clip.
public struct CameraNoise: Sendable, Hashable {
    /// The standard deviation of a channel of a pixel at rest, in grey steps.
    public let standardDeviation: Float

    /// No noise, as in rendered clips.
    public static let none = CameraNoise(standardDeviation: 0)

    /// - Precondition: `standardDeviation` is finite and at least 0.
    public init(standardDeviation: Float) {
        require(
            standardDeviation >= 0 && standardDeviation.isFinite,
            "CameraNoise(standardDeviation: \(standardDeviation))")
        self.standardDeviation = standardDeviation
    }

    /// Measures the noise of a clip `[T, H, W, 3]`.
    ///
    /// The median m of the absolute differences of consecutive frames, over all channels, pixels
    /// and frames, gives σ = m / (0.6745 √2), the relation of a normal distribution. Differences
    /// above 4 √2 σ are motion; they are removed and the median is taken again, until it stays.
    /// Differences are integers: the median is interpolated within its grey step. It is exactly 0
    /// where more than half of the differences are 0: renderings and noise below half a grey step.
    /// A moving camera and motion in more than half of the pixels are measured as noise.
    ///
    /// Source: Rousseeuw and Croux, *Alternatives to the Median Absolute Deviation* (1993).
    public init(of clip: Tensor<UInt8>) {
        let shape = ClipShape(clip, "CameraNoise")
        var counts = [Int](repeating: 0, count: 256)
        clip.withScalars { x in
            counts.withUnsafeMutableBufferPointer { counts in
                let step = shape.pixels * 3
                for i in step..<max(step, x.count) {
                    counts[abs(Int(x[i]) - Int(x[i - step]))] += 1
                }
            }
        }
        var kept = 255
        var deviation: Float = 0
        while let median = Self.median(counts[...kept]) {
            deviation = median / (0.6745 * Float(2).squareRoot())
            let limit = min(kept, Int(4 * Float(2).squareRoot() * deviation))
            if limit == kept { break }
            kept = limit
        }
        self.init(standardDeviation: deviation)
    }

    /// Returns the number of grey steps that `factor` standard deviations add to a threshold,
    /// rounded up.
    func margin(_ factor: Float) -> Int { Int((factor * standardDeviation).rounded(.up)) }

    /// Returns the median of differences by their counts; nil without any. Differences that are
    /// rounded to d lie between d − ½ and d + ½.
    private static func median(_ counts: ArraySlice<Int>) -> Float? {
        let half = Float(counts.reduce(0, +)) / 2
        guard half > 0 else { return nil }
        var below: Float = 0
        for (value, count) in counts.enumerated() where count > 0 {
            if below + Float(count) >= half {
                return value == 0 ? 0 : Float(value) - 0.5 + (half - below) / Float(count)
            }
            below += Float(count)
        }
        return nil
    }
}
