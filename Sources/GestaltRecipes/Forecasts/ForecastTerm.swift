import GestaltModels
import GestaltMotion

/// A target that a `Forecaster` learns from video, by its name in a recipe.
///
/// - `background`: the picture of the clip's median over time.
/// - `frame+K`: the picture K frames later.
/// - `still`: the frame itself, of which the network sees half, and half of the time in gray; a
///   control that needs no video.
/// - `differs-from-median`, `moving-foreground`, `displaced`, `displaced-foreground`,
///   `will-change-K`: a map, the channel of `MotionTargets`; K is an index of
///   `MotionSettings.horizons`.
struct ForecastTerm: Sendable, Equatable {
    enum Target: Sendable, Equatable {
        case background
        case frame(ahead: Int)
        case still
        case map(MotionChannel)
    }

    let name: String
    let target: Target
    /// The weight of the term in the loss.
    let weight: Float

    /// - Throws: `ConfigurationError` that lists the names.
    init(_ name: String, weight: Double, _ motion: MotionSettings) throws(ConfigurationError) {
        guard weight >= 0, weight.isFinite else {
            throw .invalid("terms.\(name)", expected: "0 or more", found: weight)
        }
        let channels = Self.channels(motion)
        if let fixed = ["background": Target.background, "still": .still][name] {
            target = fixed
        } else if name.hasPrefix("frame+"), let ahead = Int(name.dropFirst(6)),
            (1...1024).contains(ahead)
        {
            target = .frame(ahead: ahead)
        } else if let channel = channels.first(where: { $0.name == name }) {
            target = .map(channel)
        } else {
            throw .invalid(
                "terms",
                expected: (["background", "frame+K", "still"] + channels.map(\.name))
                    .joined(separator: ", "),
                found: name)
        }
        self.name = name
        self.weight = Float(weight)
    }

    /// The maps that can be forecast.
    private static func channels(_ motion: MotionSettings) -> [MotionChannel] {
        [.differsFromMedian, .movingForeground, .displaced, .displacedForeground]
            + motion.horizons.indices.map { .willChange($0) }
    }

    var isPicture: Bool {
        if case .map = target { false } else { true }
    }

    /// Whether the target is computed from the motion in a clip.
    var needsMotion: Bool {
        switch target {
        case .background, .map: true
        case .frame, .still: false
        }
    }
}
