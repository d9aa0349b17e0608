import GestaltModels
import GestaltMotion
import GestaltTensor

/// Pixels that move in sampled futures, by optical flow from the frame itself: `flow[:FRAMES]`.
///
/// The strength is the mean length of the flow in pixels, over samples and frames ahead. It belongs
/// to the pixels of the frame, not to the places that they move to.
struct ForecastFlow: CommonFateMethod {
    static let kind = "flow"
    static let forms = [
        FeatureForm("flow[:FRAMES]", "the optical flow from the frame to those ahead")
    ]

    let horizon: Int

    init(named name: ComponentName) throws {
        horizon = try name.onlyNumber(1...1024, usual: 8, grammar: "flow[:FRAMES]")
    }

    func evidence(in scene: ForecastScene) -> MotionEvidence {
        let motion = FutureFlow.flow(in: scene, horizon: horizon)
        let count = motion.shape[2] / 2
        let lengths = motion.reshaped([scene.height, scene.width, count, 2]).norm(axes: [-1])
        return MotionEvidence(strength: lengths.mean(axes: [-1]), motion: motion)
    }
}

/// Pixels whose motion agrees with that of their surroundings in all sampled futures:
/// `correlation[:FRAMES]`.
///
/// The motions of a pixel in all samples and frames are one vector. Errors of single samples, and
/// what flickers, have vectors of their own; the pixels of an object share theirs. The strength is
/// the root of the mean product of a pixel's vector with those of eight pixels around it, at a
/// distance of two, in pixels; products below 0 count as 0.
struct MotionCorrelation: CommonFateMethod {
    static let kind = "correlation"
    static let forms = [
        FeatureForm("correlation[:FRAMES]", "motion that pixels share in all sampled futures")
    ]

    let horizon: Int
    /// The distance of compared pixels: neighbors share their flow by the way it is computed.
    private static let distance = 2

    init(named name: ComponentName) throws {
        horizon = try name.onlyNumber(1...1024, usual: 8, grammar: "correlation[:FRAMES]")
    }

    func evidence(in scene: ForecastScene) -> MotionEvidence {
        let motion = FutureFlow.flow(in: scene, horizon: horizon)
        let (height, width, depth) = (scene.height, scene.width, motion.shape[2])
        let values = motion.scalars
        var strength = [Float](repeating: 0, count: height * width)
        for y in 0..<height {
            for x in 0..<width {
                var (sum, count) = (Float(0), 0)
                for (row, column) in Self.surroundings(y, x)
                where (0..<height).contains(row) && (0..<width).contains(column) {
                    let (here, there) = ((y * width + x) * depth, (row * width + column) * depth)
                    var product: Float = 0
                    for k in 0..<depth { product += values[here + k] * values[there + k] }
                    sum += max(product, 0)
                    count += 1
                }
                // A flow has two numbers.
                let mean = 2 * sum / Float(max(count, 1) * depth)
                strength[y * width + x] = mean.squareRoot()
            }
        }
        return MotionEvidence(
            strength: Tensor(shape: [height, width], scalars: strength), motion: motion)
    }

    private static func surroundings(_ y: Int, _ x: Int) -> [(Int, Int)] {
        [-distance, 0, distance].flatMap { dy in
            [-distance, 0, distance].compactMap { dx in
                dx == 0 && dy == 0 ? nil : (y + dy, x + dx)
            }
        }
    }
}

/// The flow from a frame to some of the frames ahead in all its futures.
enum FutureFlow {
    /// The most frames of a future that are compared with: neighbors in time say much the same.
    private static let frames = 4

    /// Returns `[H, W, 2 · frames · samples]`.
    static func flow(in scene: ForecastScene, horizon: Int) -> Tensor<Float> {
        let ahead = scene.ahead(horizon)
        // Evenly spread, the last included.
        let count = min(frames, ahead.count)
        let chosen = (1...count).map { ahead.lowerBound + $0 * ahead.count / count - 1 }
        let flow = OpticalFlow()
        let flows = (0..<scene.samples).flatMap { sample in
            let start = scene.start(sample)
            return chosen.map { flow.flow(from: start, to: scene.futures[sample, $0]) }
        }
        return concatenated(flows, axis: 2)
    }
}
