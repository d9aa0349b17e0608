import GestaltData
import GestaltIO
import GestaltModels
import GestaltMotion
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// The forecasts that a recipe trains: its active terms, and the settings of their targets.
struct ForecastPlan: Sendable {
    /// The terms with a weight above 0, in the order of their names.
    let terms: [ForecastTerm]
    /// With the horizons that the terms use, so that clips need not be longer.
    let motion: MotionSettings

    /// - Throws: `ConfigurationError` for a name or a weight that does not exist.
    init(
        _ weights: [String: Double], _ motion: MotionSettings
    ) throws(ConfigurationError) {
        var active: [ForecastTerm] = []
        for (name, weight) in weights.sorted(by: { $0.key < $1.key }) {
            let term = try ForecastTerm(name, weight: weight, motion)
            if weight > 0 { active.append(term) }
        }
        terms = active
        self.motion = motion.keepingHorizons(of: active)
    }

    var outputs: ForecastOutputs {
        ForecastOutputs(
            pictures: terms.filter(\.isPicture).map(\.name),
            maps: terms.filter { !$0.isPicture }.map(\.name))
    }

    /// The least length of a clip in frames.
    var neededFrames: Int { terms.contains(where: \.needsMotion) ? motion.neededFrames : 1 }

    /// - Throws: `ConfigurationError` for a later frame that no clip has.
    func requireTargets(in set: DataSet) throws(ConfigurationError) {
        let longest = set.infos().map(\.frameCount).max() ?? 0
        for case (let name, .frame(let ahead)) in terms.map({ ($0.name, $0.target) })
        where ahead >= longest {
            throw .invalid(
                "terms", expected: "frames ahead below \(longest), the frames of the longest clip",
                found: name)
        }
    }

    /// Computes the targets of all clips.
    /// - Throws: as ``ForecastClips/init(_:terms:_:progress:)``.
    func targets<R: Recipe>(of set: DataSet, _ run: RecipeRun<R>) throws -> ForecastClips {
        let bar =
            run.options.showsProgress
            ? ProgressBar("motion of \(set.split.folder)", total: set.count, unit: "clips") : nil
        defer { bar?.finish() }
        return try ForecastClips(set, terms: terms, motion, progress: run.progress(on: bar))
    }

    /// The bytes of the targets of motion of all clips of some sets.
    func motionBytes(of sets: [DataSet]) -> Int {
        guard terms.contains(where: \.needsMotion) else { return 0 }
        return sets.flatMap { $0.infos() }.reduce(0) {
            $0 + MotionTargets.byteCount(frames: $1.frameCount, height: $1.height, width: $1.width)
        }
    }

    /// A batch of blank frames with targets, to measure the memory of a step.
    func trialBatch(_ count: Int, height: Int, width: Int) -> ForecastBatch {
        let (pictures, maps) = (outputs.pictures.count, outputs.maps.count)
        func zeros(_ channels: Int) -> Tensor<Float> { .zeros([count, height, width, channels]) }
        return ForecastBatch(
            frames: zeros(3), original: zeros(3), pictures: zeros(3 * pictures),
            pictureWeights: .ones([count, 1, 1, pictures]), maps: zeros(maps),
            mapWeights: .ones([count, height, width, maps]))
    }
}

extension MotionSettings {
    /// Returns the settings with the horizons that terms use.
    func keepingHorizons(of terms: [ForecastTerm]) -> MotionSettings {
        var settings = self
        let used = horizons.indices.last { index in
            terms.contains { $0.target == .map(.willChange(index)) }
        }
        settings.horizons = Array(horizons.prefix(used.map { $0 + 1 } ?? 0))
        return settings
    }
}
