import GestaltData
import GestaltModels

/// The limits of a fit, and what its caller decides.
public struct FitBudget: Codable, Sendable, Equatable {
    /// The time for everything, in minutes.
    public var minutes: Double
    /// The memory that the process may take, in bytes; nil for no limit.
    public var memory: Int?
    /// The size of frames; nil chooses it.
    public var size: FrameSize?
    /// Channels of the network at full size; nil chooses them.
    public var width: Int?

    public init(
        minutes: Double = 20, memory: Int? = nil, size: FrameSize? = nil, width: Int? = nil
    ) {
        (self.minutes, self.memory, self.size, self.width) = (minutes, memory, size, width)
    }

    /// - Throws: `ConfigurationError` for values out of range.
    public func validate() throws(ConfigurationError) {
        guard minutes > 0, minutes <= 100_000 else {
            throw .invalid(
                "minutes", expected: "a number above 0, at most 100000", found: minutes)
        }
        if let width, !(1...1024).contains(width) {
            throw .invalid("width", expected: "1 to 1024", found: width)
        }
    }
}

/// The resolution, network and steps of a fit, with its expected time and memory: decided before it
/// starts, and a function of frames, budget and measured times alone.
public struct FitPlan: Codable, Sendable, Equatable {
    /// One training of the chain.
    public struct Stage: Codable, Sendable, Equatable {
        /// `encoder`, then `teacher` and `student`, or `instances`: the name of its folder.
        public var name: String
        /// The number of optimizer steps of each round.
        public var steps: Int
        public var rounds: Int
        /// The expected seconds.
        public var seconds: Double
    }

    /// The size of frames in training, and of the network.
    public var size: FrameSize
    /// Channels of the network at full size.
    public var width: Int
    public var classes: Int
    /// Frames of a batch.
    public var batch: Int
    public var stages: [Stage]
    /// Whether the encoder learns from motion and pseudo-labels are averaged over time, which
    /// requires a still camera.
    public var usesMotion: Bool
    /// The number of frames of pre-training, at most.
    public var encoderFrames: Int
    /// The number of frames of the student, at most.
    public var studentFrames: Int
    /// The expected seconds of reading and of scoring.
    public var otherSeconds: Double
    /// The expected peak of memory in bytes.
    public var memory: Int
    /// Sentences on what limits the choice.
    public var remarks: [String]
    /// The largest number of objects that the network can find in a frame; nil for a network of
    /// categories, which does not tell objects apart.
    public var queries: Int?

    /// The expected seconds of everything.
    public var seconds: Double { stages.reduce(otherSeconds) { $0 + $1.seconds } }

    public func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }
}

extension FitPlan {
    /// Frames of a batch, as in all recipes of single frames.
    static let usualBatch = 16
    /// The steps of the complete recipe; more change little.
    static let mostSteps = (
        encoder: 4000, teacher: 600, teacherOfMany: 2500, student: 600, instances: 2500
    )
    /// The side of a small labeled region in pixels of the network that suffices to find it.
    static let neededSide = 8.0
    /// The time of a step with augmentation, reading and optimizer over that of its gradients: about 1
    /// as measured with one thread; the rest is for several, which compute the gradients alone.
    static let stepOverhead = 1.15
    /// The share of the time that is planned; the rest is for reading, scoring and delays.
    static let plannedShare = 0.85
    /// The longest sides of frames that a plan chooses from, in pixels.
    static let sides = [48, 64, 80, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512]

    /// The expected bytes of the program and its kernels.
    static let programBytes = 250 << 20

    /// The lines that state the plan.
    public var lines: [String] {
        var lines = ["frames of \(size), a dense network of width \(width), \(result)"]
        for stage in stages {
            let rounds = stage.rounds > 1 ? "\(stage.rounds) rounds of " : ""
            lines.append(
                "\(stage.name): \(rounds)\(stage.steps) steps, about \(Self.time(stage.seconds))")
        }
        lines.append(
            "in all about \(Self.time(seconds)) and \((memory + (1 << 20) - 1) >> 20) MiB of memory"
        )
        return lines + remarks
    }

    /// The kind of masks.
    private var result: String {
        if let queries {
            let categories = classes == 2 ? "one category" : "\(classes - 1) categories"
            return "objects of \(categories), at most \(queries) in a frame"
        }
        return classes == 1 ? "foreground against background" : "\(classes) classes"
    }

    private static func time(_ seconds: Double) -> String {
        seconds < 90
            ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) min"
    }
}
