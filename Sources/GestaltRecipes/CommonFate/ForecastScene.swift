import GestaltChecks
import GestaltTensor
import GestaltVideo

/// A frame with its sampled futures.
public struct ForecastScene: Sendable {
    /// The conditioning frames `[n, H, W, 3]` in −0.5…0.5; the last is the one to segment.
    public let frames: Tensor<Float>
    /// `[K, T, H, W, 3]` in 0…1, conditioning frames included.
    public let futures: Tensor<Float>
    private let draw: @Sendable (_ frames: Tensor<Float>, _ samples: Int) throws -> Tensor<Float>

    /// - Parameters:
    ///   - samples: the number of futures.
    ///   - draw: the futures of conditioning frames, the k-th always with the same random numbers.
    /// - Throws: what `draw` throws.
    /// - Precondition: `frames` is `[n, H, W, 3]`, and its futures last longer.
    public init(
        frames: Tensor<Float>, samples: Int,
        draw: @escaping @Sendable (Tensor<Float>, _ samples: Int) throws -> Tensor<Float>
    ) throws {
        self.frames = frames
        self.draw = draw
        futures = try draw(frames, samples)
        require(
            frames.rank == 4 && futures.rank == 5 && futures.shape[1] > frames.shape[0]
                && Array(futures.shape.suffix(3)) == Array(frames.shape.suffix(3)),
            "ForecastScene: futures \(futures.shape) of frames \(frames.shape)")
    }

    public var height: Int { frames.shape[1] }
    public var width: Int { frames.shape[2] }
    public var samples: Int { futures.shape[0] }

    /// Returns futures of other conditioning frames, drawn with the random numbers of ``futures``:
    /// what differs is due to the frames.
    /// - Throws: errors of the prediction.
    public func futures(of frames: Tensor<Float>, samples: Int) throws -> Tensor<Float> {
        try draw(frames, samples)
    }

    /// Returns the last conditioning frame as future `sample` shows it: what a model reconstructs
    /// with errors does not count as motion.
    func start(_ sample: Int) -> Tensor<Float> { futures[sample, frames.shape[0] - 1] }

    /// The frames ahead, at most `horizon`.
    func ahead(_ horizon: Int) -> Range<Int> {
        let first = frames.shape[0]
        return first..<min(first + horizon, futures.shape[1])
    }
}

/// The expected motion of the pixels of a frame.
public struct MotionEvidence: Sendable {
    /// `[H, W]`, at least 0: the greater, the likelier foreground.
    public var strength: Tensor<Float>
    /// The motion of each pixel, `[H, W, D]`: directions that pixels of one object share; nil where
    /// only the strength is known.
    public var motion: Tensor<Float>?

    public init(strength: Tensor<Float>, motion: Tensor<Float>? = nil) {
        self.strength = strength
        self.motion = motion
    }

    /// Returns the mask `[H, W]`: 1 where the strength exceeds the threshold.
    public func mask(threshold: Float) -> Tensor<UInt8> {
        Tensor(shape: strength.shape, scalars: strength.scalars.map { $0 > threshold ? 1 : 0 })
    }

    /// Returns segments `[H, W]`, 0 for background: pixels of the mask are joined with their four
    /// neighbors where both move alike.
    ///
    /// - Parameter likeness: the least cosine of their motions.
    public func segments(threshold: Float, likeness: Float = 0.8) -> Tensor<Int32> {
        let mask = mask(threshold: threshold).scalars.map { $0 == 1 }
        let (height, width) = (strength.shape[0], strength.shape[1])
        let motions = motion.map(MotionDirections.init)
        var labels = [Int32](repeating: 0, count: mask.count)
        var last: Int32 = 0
        for start in mask.indices where mask[start] && labels[start] == 0 {
            last += 1
            labels[start] = last
            var open = [start]
            while let pixel = open.popLast() {
                let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
                for (row, column) in [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
                where (0..<height).contains(row) && (0..<width).contains(column) {
                    let next = row * width + column
                    guard mask[next], labels[next] == 0,
                        motions.map({ $0.cosine(pixel, next) >= likeness }) ?? true
                    else { continue }
                    labels[next] = last
                    open.append(next)
                }
            }
        }
        return Tensor(shape: strength.shape, scalars: labels)
    }
}

/// The motions of pixels, of length 1.
private struct MotionDirections {
    private let values: [Float]
    private let depth: Int

    /// - Parameter motion: `[H, W, D]`.
    init(_ motion: Tensor<Float>) {
        depth = motion.shape[2]
        let lengths = motion.norm(axes: [-1], keepingAxes: true)
        values = (motion / lengths.maximum(.leastNormalMagnitude)).scalars
    }

    func cosine(_ a: Int, _ b: Int) -> Float {
        (0..<depth).reduce(Float(0)) { $0 + values[a * depth + $1] * values[b * depth + $1] }
    }
}
