import Foundation
import GestaltData
import GestaltIO
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTraining

/// A segmentation model from one's own frames, of which a few are labeled: pre-training of an
/// encoder on all frames, a teacher on the labels, a student on labels and all other frames.
///
/// Resolution, network and steps follow from the frames and the time (``FitPlan``); labeled films
/// are held out and scored. With ``tellsInstances`` the model tells objects apart: an instance head
/// is trained on the labels in place of teacher and student.
///
/// ```swift
/// let fitting = Fitting(DataChoice("set"), minutes: 20)
/// let report = try fitting.run(RunOptions(folder: "runs/mine"))
/// for category in report.categories { print(category) }
/// let same = try Fitting.resume("runs/mine")                     // after Ctrl-C
/// ```
public struct Fitting: Sendable {
    /// The frames and labels.
    public var source: DataChoice
    public var budget: FitBudget
    /// The number of classes with the background; nil takes the categories of the data.
    public var classes: Int?
    /// Whether objects are told apart, which labels must do, too: label files of objects in an
    /// imported set, or masks whose ids number objects.
    public var tellsInstances = false
    /// The number of labeled frames to learn from and to score, spread over the clips; nil for all.
    public var labels: Int?
    /// The share of labeled films, or frames of the only film, that is held out, 0 to 1.
    public var heldOutShare = HeldOut.usualShare
    /// The folder of an earlier fit, whose network is trained further.
    public var earlier: String?
    public var seed: UInt64 = 0

    /// - Parameter minutes: the time for everything.
    public init(_ source: DataChoice, minutes: Double = 20) {
        self.source = source
        budget = FitBudget(minutes: minutes)
    }

    /// Decides what will be done; writes nothing.
    ///
    /// - Parameter costs: measured times of networks; nil measures them.
    /// - Parameter instanceCosts: the same with an instance head, for ``tellsInstances``.
    /// - Throws: errors of reading the data; `ConfigurationError` for settings out of range, for
    ///   data without labels, and for other classes than those of ``earlier``; `ClipError` and
    ///   `ImportError` for labels that do not tell objects apart, for ``tellsInstances``.
    public func prepared(
        costs: [NetworkCost]? = nil, instanceCosts: [NetworkCost]? = nil,
        showsProgress: Bool = false
    ) throws -> PreparedFit {
        try validate()
        SourceClips.shared.clear()
        var budget = budget
        budget.memory = budget.memory ?? SystemMemory.headroom.map { $0.bytes * 4 / 5 }
        let start = try earlier.map { try EarlierFit($0) }
        if let start { (budget.size, budget.width) = (start.size, start.width) }
        let facts = try FrameFacts(
            of: labeledSource, classes: classes, labels: labels, showsProgress: showsProgress)
        try start?.require(classes: facts.classes, instances: tellsInstances)
        let heldOut = HeldOut(from: facts, share: heldOutShare)
        let widths = budget.width.map { [$0] } ?? NetworkCost.usualWidths
        let plan = try FitPlan(
            for: facts, heldOut: heldOut, budget: budget,
            costs: costs ?? NetworkCost.measured(widths: widths, classes: facts.classes),
            instanceCosts: instanceCosts ?? Self.instanceCosts(for: facts, widths: widths),
            hasEncoder: start != nil)
        return PreparedFit(
            description: FitDescription(
                facts, heldOut: heldOut, plan: plan, earlier: earlier, seed: seed),
            source: sized(to: plan.size), facts: facts)
    }

    /// Fits a model and writes it to the folder of `options`.
    ///
    /// - Throws: `TrainingError`, with `interrupted` where a stop was requested: ``resume(_:_:)``
    ///   then continues to the bits of an uninterrupted fit; errors of
    ///   ``prepared(costs:instanceCosts:showsProgress:)``.
    @discardableResult
    public func run(_ options: RunOptions) throws -> FitReport {
        try prepared(showsProgress: options.showsProgress).run(options)
    }

    /// Continues the fit in a folder.
    @discardableResult
    public static func resume(
        _ folder: String, _ options: RunOptions = RunOptions()
    ) throws -> FitReport {
        FittingKinds.register()
        SourceClips.shared.clear()
        var options = options
        options.folder = folder
        return try FitChain(try FitDescription(folder: folder), FitFolder(folder), options).run()
    }

    /// Measures networks with an instance head, where objects are told apart.
    private static func instanceCosts(for facts: FrameFacts, widths: [Int]) -> [NetworkCost] {
        facts.mostObjects.map { objects in
            NetworkCost.measuredInstances(
                widths: widths, classes: facts.classes, queries: FitPlan.queries(for: objects))
        } ?? []
    }

    private func validate() throws(ConfigurationError) {
        try budget.validate()
        guard (0..<1).contains(heldOutShare) else {
            throw .invalid("heldOutShare", expected: "0 to below 1", found: heldOutShare)
        }
        if let labels, labels < 1 {
            throw .invalid("labels", expected: "1 or more", found: labels)
        }
        let fewest = tellsInstances ? 2 : 1
        if let classes, !(fewest...255).contains(classes) {
            throw .invalid("classes", expected: "\(fewest) to 255", found: classes)
        }
    }

    /// The source with labels of the kind that is needed.
    private var labeledSource: DataChoice {
        var choice = source
        if tellsInstances { choice.labelMeaning = .instances }
        return choice
    }

    /// The source with frames of the network's size.
    private func sized(to size: FrameSize) -> DataChoice {
        var choice = labeledSource
        choice.holdout = nil
        var sizing = choice.sizing ?? FrameSizing()
        sizing.size = size
        choice.sizing = sizing
        return choice
    }
}

/// A fit that has been decided and not begun.
public struct PreparedFit: Sendable {
    public var description: FitDescription
    let source: DataChoice
    let facts: FrameFacts

    /// Fits a model and writes it to the folder of `options`.
    /// - Throws: as ``Fitting/run(_:)``.
    @discardableResult
    public func run(_ options: RunOptions) throws -> FitReport {
        guard let path = options.folder else {
            throw ConfigurationError.invalid("folder", expected: "a folder", found: "none")
        }
        let folder = FitFolder(URL(filePath: path).standardizedFileURL.path)
        try folder.requireFree()
        var description = description
        description.command = options.command
        try folder.make()
        let plan = description.plan
        if plan.stage("encoder") != nil {
            try FrameSelection.unlabeled(
                of: source, facts, description.heldOut, frames: plan.encoderFrames
            ).write(to: folder.encoderFrames)
        }
        try FrameSelection.labeled(
            of: source, facts, description.heldOut, frames: plan.studentFrames
        ).write(to: folder.labeledFrames)
        // Last: with it the fit has begun.
        try description.write(to: folder)
        return try FitChain(description, folder, options).run()
    }
}

/// What a fit takes over from an earlier one.
struct EarlierFit {
    let size: FrameSize
    let width: Int
    let classes: Int
    let tellsInstances: Bool
    private let path: String

    /// - Throws: errors of opening the model; `ConfigurationError` for one that is not a
    ///   segmentation head or an instance head on a dense encoder.
    init(_ folder: String) throws {
        let opened = try OpenedModel(at: folder)
        let (segmenter, apart) = (opened.model as? Segmenter, opened.model as? InstanceSegmenter)
        guard let encoder = (segmenter?.encoder ?? apart?.encoder) as? DenseEncoder,
            let input = segmenter?.input ?? apart?.input,
            let size = FrameSize(height: input.height, width: input.width)
        else {
            throw ConfigurationError.invalid(
                "earlier", expected: "the folder of a fit, a head on a dense encoder",
                found: "\(folder), \(opened.model.title)")
        }
        self.size = size
        width = encoder.configuration.widths[0]
        classes = segmenter?.classes ?? apart?.classes ?? 1
        tellsInstances = apart != nil
        path = folder
    }

    /// Checks that a head of the same kind has the classes of the labels: it is trained further.
    /// - Throws: `ConfigurationError`.
    func require(classes: Int, instances: Bool) throws(ConfigurationError) {
        guard instances == tellsInstances, classes != self.classes else { return }
        throw .invalid(
            "classes", expected: "\(self.classes), those of \(path)",
            found: "\(classes), those of the labels")
    }
}
