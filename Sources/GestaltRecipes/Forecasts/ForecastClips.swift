import GestaltData
import GestaltIO
import GestaltMotion
import GestaltTensor

/// Clips with their motion targets, computed once before training.
struct ForecastClips: Sendable {
    let clips: DataSet
    /// For each clip; empty if no term needs them.
    let motion: [MotionTargets]

    /// - Throws: `MotionError` for a clip that is too short, or whose camera moves; errors of
    ///   reading and of `progress`.
    init(
        _ clips: DataSet, terms: [ForecastTerm], _ settings: MotionSettings,
        progress: ProgressHandler? = nil
    ) throws {
        self.clips = clips
        guard terms.contains(where: \.needsMotion) else {
            motion = []
            return
        }
        // Known before hours of reading.
        for index in 0..<clips.count {
            try settings.check(
                frames: clips.info(at: index).frameCount, of: clips.info(at: index).name)
        }
        let done = ProgressReport(total: clips.count, progress)
        motion = try concurrentMap(count: clips.count) { index in
            let clip = try clips.clip(at: index)
            let targets = try MotionTargets(of: clip.frames, name: clip.name, settings: settings)
            try done.advance()
            return targets
        }
    }
}
