/// The thresholds of ``MotionSettings`` in grey steps with the noise of a clip added.
struct MotionThresholds {
    let median: Int
    let state: Int
    let displacement: Int
    let horizon: Int
    let ground: Int

    init(_ settings: MotionSettings, _ noise: CameraNoise) {
        let margin = noise.margin(settings.noiseFactor)
        median = settings.medianThreshold + margin
        state = settings.stateTolerance + margin
        displacement = settings.displacementThreshold + margin
        horizon = settings.horizonThreshold + margin
        ground = settings.groundThreshold + margin
    }
}
