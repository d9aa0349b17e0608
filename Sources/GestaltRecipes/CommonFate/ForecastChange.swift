import GestaltModels
import GestaltTensor

/// Pixels that change in sampled futures: `change[:FRAMES]`.
///
/// The strength is the mean change of a pixel over the frames ahead and all samples, from 0 to 1:
/// the greatest difference of a color channel, 1 from the threshold of ``FutureReport`` on. Also
/// the places that objects move to change; a short horizon keeps these few.
struct ForecastChange: CommonFateMethod {
    static let kind = "change"
    static let forms = [
        FeatureForm("change[:FRAMES]", "the change of each pixel in the frames ahead")
    ]

    let horizon: Int

    init(named name: ComponentName) throws {
        horizon = try name.onlyNumber(1...1024, usual: 15, grammar: "change[:FRAMES]")
    }

    func evidence(in scene: ForecastScene) -> MotionEvidence {
        let ahead = scene.ahead(horizon)
        var sum = Tensor<Float>.zeros([scene.height, scene.width])
        for sample in 0..<scene.samples {
            let start = scene.start(sample)
            for frame in ahead {
                let change = (scene.futures[sample, frame] - start).abs().max(axes: [-1])
                sum = sum + (change / MovingArea.threshold).minimum(1)
            }
        }
        return MotionEvidence(strength: sum / Float(scene.samples * ahead.count))
    }
}
