import GestaltChecks
import GestaltData
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

extension HeadRecipe {
    /// A way to compute a linear head without training steps.
    public enum ClosedForm: String, Codable, Sendable, CaseIterable {
        /// Ridge regression on the classes, its scores turned into log-odds as in linear
        /// discriminant analysis.
        case ridge
        /// Logistic regression of each class against the others, by Newton's method.
        case logistic
    }

    /// The maximum number of channels of a fitted head: its equations are a square of them.
    public static let mostFittedChannels = 4096
    /// The maximum number of cross-validation folds of the labeled clips.
    private static let mostParts = 5

    /// - Throws: `ConfigurationError` for what has no meaning without training steps.
    func validateClosedForm() throws(ConfigurationError) {
        guard let fit = closedForm else { return }
        guard head == "linear" else {
            throw .invalid("head", expected: "linear, which \(fit.rawValue) fits", found: head)
        }
        guard trains.isEmpty else {
            throw .invalid(
                "trains", expected: "[]: \(fit.rawValue) fits heads on frozen latents",
                found: trains)
        }
        guard augmentation.isFlipOnly else {
            throw .invalid(
                "augmentation", expected: "mirror images or none for \(fit.rawValue)",
                found: "others")
        }
    }

    /// Fits the head of a segmenter to the latents of labeled frames, and writes the model.
    func solved(
        _ fit: ClosedForm, _ model: Segmenter, _ set: DataSet, _ frames: [FrameIndex],
        _ evaluationSet: DataSet?, _ run: RecipeRun<Self>, about: String
    ) throws -> Trained<Segmenter> {
        guard var head = model.head as? LinearProbe else {
            stop("HeadRecipe: \(fit) of \(model.head)")
        }
        let channels = head.scores.weight.shape[0]
        guard channels <= Self.mostFittedChannels else {
            throw ConfigurationError.invalid(
                "encoder", expected: "at most \(Self.mostFittedChannels) channels for a fit",
                found: "\(channels)")
        }
        let source = try ProbeSource(self, model, set, frames, holds: fit == .logistic, run)
        let parts = try source.sums(channels: channels, parts: Self.mostParts)
        let penalty = try RidgeSums.bestPenalty(of: parts)
        let sums = parts.dropFirst().reduce(parts[0]) { $0 + $1 }
        guard sums.count > 0 else {
            throw ConfigurationError.invalid(
                "labels", expected: "a pixel that is not ignored", found: "none")
        }
        var text = about + " Fitted in closed form by \(fit.rawValue), penalty \(penalty)"
        let solution: Tensor<Double>
        switch fit {
        case .ridge: solution = sums.logOdds(of: try sums.solution(penalty: penalty))
        case .logistic:
            let logistic = try LogisticFit(sums, penalty: penalty, rows: source.forEach)
            solution = logistic.solution
            text += ", \(logistic.passes) passes"
            if !logistic.hasConverged {
                let warning = "the logistic fit has not converged in \(logistic.passes) passes"
                text += "; " + warning
                run.options.notice(warning + ": its head is that of the last step that helped")
            }
        }
        let values = solution.cast(to: Float.self)
        head.scores = Linear(weight: values[0..<channels].contiguous(), bias: values[channels])
        var fitted = model
        fitted.head = head
        let evaluator = evaluationSet.map { SegmentationEvaluator(data: $0) }
        return try run.finish(
            fitted, evaluation: try evaluator?.evaluation(of: fitted), about: text + ".")
    }
}

/// The rows of labeled frames, read once or several times.
private struct ProbeSource {
    let frames: [FrameIndex]
    let classes: Int
    /// Whether mirror images are rows, too.
    let mirrors: Bool
    private let set: DataSet
    private let encoder: LabeledFrameEncoder
    private let run: RecipeRun<HeadRecipe>
    /// Latents and masks of all frames, where they fit into memory.
    private let held: LatentBatches?

    /// The batch size of the encoder: enough to use all cores.
    private static let batch = 16

    init(
        _ recipe: HeadRecipe, _ model: Segmenter, _ set: DataSet, _ frames: [FrameIndex],
        holds: Bool, _ run: RecipeRun<HeadRecipe>
    ) throws {
        self.frames = frames
        self.set = set
        self.run = run
        classes = recipe.classes
        mirrors = recipe.augmentation.flip > 0
        encoder = LabeledFrameEncoder(model.encoder)
        held =
            holds && recipe.latentBytes(frames.count, model) <= HeadRecipe.largestCache
            ? try recipe.latents(model.encoder, set, frames, run) : nil
    }

    /// Returns the sums of parts of the frames: clips are divided among them, or the frames of a
    /// single clip.
    func sums(channels: Int, parts most: Int) throws -> [RidgeSums] {
        let clips = Array(Set(frames.map(\.clip))).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(clips, 0...))
        let count = min(most, clips.count > 1 ? clips.count : frames.count)
        var sums = (0..<count).map { _ in RidgeSums(channels: channels, classes: classes) }
        try forEachNumbered { number, rows in
            let place = clips.count > 1 ? places[frames[number].clip] ?? 0 : number
            sums[place % count].add(rows)
        }
        return sums
    }

    func forEach(_ body: (ProbeRows) -> Void) throws { try forEachNumbered { body($1) } }

    /// Calls `body` with the number of each frame and its rows, then with those of mirror images.
    private func forEachNumbered(_ body: (Int, ProbeRows) -> Void) throws {
        let total = frames.count * (mirrors ? 2 : 1)
        let bar =
            run.options.showsProgress
            ? ProgressBar("fitting", total: total, unit: "frames") : nil
        defer { bar?.finish() }
        let progress = run.progress(on: bar)
        for start in stride(from: 0, to: total, by: Self.batch) {
            let numbers = Array(start..<min(start + Self.batch, total))
            let (latents, masks) = try latents(numbers)
            for (place, number) in numbers.enumerated() {
                let rows = ProbeRows(
                    latents.selecting([place]), mask: masks[place], classes: classes)
                if let rows { body(number % frames.count, rows) }
            }
            try progress(WorkProgress(done: start + numbers.count, total: total, unit: "frames"))
        }
    }

    /// Returns latents and masks; numbers from that of the frames on are mirror images.
    private func latents(
        _ numbers: [Int]
    ) throws -> (latent: Latent, masks: Tensor<UInt8>) {
        if let held {
            return (
                held.latents.selecting(numbers),
                held.masks.gathered(Tensor(numbers.map(Int32.init)), axis: 0)
            )
        }
        let sides = [false, true].map { flipped in
            numbers.filter { ($0 >= frames.count) == flipped }.map { frames[$0 % frames.count] }
        }
        let parts = try sides.enumerated().filter { !$1.isEmpty }.map { side, part in
            let clips = try set.clips(at: part.map(\.clip))
            return (
                latent: try encoder.encode(part, of: clips, flipped: side == 1),
                masks: encoder.masks(of: part, in: clips, flipped: side == 1)
            )
        }
        return (
            .concatenating(parts.map(\.latent)), concatenated(parts.map(\.masks), axis: 0)
        )
    }
}
