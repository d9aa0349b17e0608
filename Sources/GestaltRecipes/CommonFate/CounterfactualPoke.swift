import GestaltModels
import GestaltTensor

/// The change of the future when a patch of the frame is shifted: `poke[:SIDE]`.
///
/// The frame is divided into patches of SIDE pixels. Each in turn is shifted by half its side, and
/// the future is predicted again with the same random numbers. A patch of an object changes the
/// future of the whole object; one of the ground changes little but itself. The strength of a pixel
/// is its mean difference over all patches but its own and those around; its motion is the list of
/// these differences. One sample for each patch: (H / SIDE) · (W / SIDE) predictions a frame.
///
/// - Source: after Bear et al., *Unifying (Machine) Vision via Counterfactual World Modeling*
///   (2023), section 3, for models that see one frame.
struct CounterfactualPoke: CommonFateMethod {
    static let kind = "poke"
    static let forms = [
        FeatureForm(
            "poke[:SIDE]", "what changes when a patch is moved; a prediction",
            "for each patch of SIDE pixels, 8 by default")
    ]

    let side: Int
    let usedSamples: Int? = 1

    init(named name: ComponentName) throws {
        side = try name.onlyNumber(2...1024, usual: 8, grammar: "poke[:SIDE]")
    }

    func evidence(in scene: ForecastScene) throws -> MotionEvidence {
        let (height, width) = (scene.height, scene.width)
        var (responses, weights) = ([Tensor<Float>](), [Tensor<Float>]())
        for top in stride(from: 0, to: height, by: side) {
            for left in stride(from: 0, to: width, by: side) {
                let poked = try scene.futures(
                    of: poked(scene.frames, top: top, left: left), samples: 1)
                let ahead = scene.ahead(scene.futures.shape[1])
                let difference = (poked[0, ahead] - scene.futures[0, ahead]).abs()
                let weight = beyond(top: top, left: left, height: height, width: width)
                responses.append(difference.max(axes: [-1]).mean(axes: [0]) * weight)
                weights.append(weight)
            }
        }
        let motion = stacked(responses, axis: 2)
        // Pixels at the border are near fewer patches: each has a count of its own.
        let counts = stacked(weights, axis: 2).sum(axes: [-1]).maximum(1)
        return MotionEvidence(strength: motion.sum(axes: [-1]) / counts, motion: motion)
    }

    /// Returns the conditioning frames with a patch of the last one shifted to the right by half
    /// its side; its left half is repeated where it was.
    private func poked(_ frames: Tensor<Float>, top: Int, left: Int) -> Tensor<Float> {
        let rows = top..<min(top + side, frames.shape[1])
        let columns = left..<min(left + side, frames.shape[2])
        let half = columns.count / 2
        var result = frames
        let last = frames.shape[0] - 1
        result[last, rows, columns.lowerBound + half..<columns.upperBound] =
            frames[last, rows, columns.lowerBound..<columns.upperBound - half]
        return result
    }

    /// `[H, W]`: 0 in the patch and those around it, whose pixels the poke itself or the model's
    /// reconstruction changes, else 1.
    private func beyond(top: Int, left: Int, height: Int, width: Int) -> Tensor<Float> {
        let rows = max(0, top - side)..<min(height, top + 2 * side)
        let columns = max(0, left - side)..<min(width, left + 2 * side)
        return Tensor(
            shape: [height, width],
            scalars: (0..<height * width).map { pixel in
                rows.contains(pixel / width) && columns.contains(pixel % width) ? 0 : 1
            })
    }
}
