import GestaltData

/// The training and evaluation clips of a recipe.
struct TrainingData {
    var train: DataSet
    /// Nil for data without them; training then runs without evaluations.
    var evaluationSet: DataSet?
    private let location: String
    private let fit: FrameFit?
    /// Of the model that masks are for; 1 for a model of instances, of which labels are reported as
    /// foreground.
    private let classes: Int?
    private var notes: [String] = []

    /// Opens both, with progress lines.
    ///
    /// - Parameters:
    ///   - classes: of the model that masks are for; they then hold its classes.
    ///   - instanceClasses: of a model of instances; masks then keep their ids, and categories are
    ///     its classes.
    /// - Throws: errors of `DataSet.open` for the training clips; evaluation clips may be missing,
    ///   or lack masks.
    init(
        _ choice: DataChoice, masks: MaskUse, classes: Int? = nil, instanceClasses: Int? = nil,
        _ options: RunOptions
    ) throws {
        location = choice.location
        fit = choice.sizing?.fit
        self.classes = classes ?? instanceClasses.map { _ in 1 }
        func open(_ split: Split) throws -> DataSet {
            let set = try choice.open(
                split, masks: masks, classes: classes, showsProgress: options.showsProgress)
            return try instanceClasses.map(set.categorized) ?? set
        }
        train = try open(.train)
        guard let split = choice.evaluation else { return }
        do {
            evaluationSet = try open(split)
        } catch let error as ClipError {
            switch error {
            case .noSplit(_, _, let found):
                let names = found.map(\.folder).joined(separator: ", ")
                notes.append(
                    "\(location): no split \(split.folder), only \(names): the run is not evaluated"
                )
            case .missingMasks(let clip, let reason):
                notes.append("\(clip): no masks (\(reason)): the run is not evaluated")
            default: throw error
            }
        }
        if evaluationSet?.scope == .whole {
            notes.append(
                "\(location): no split: scores are of the training frames (--holdout 0.2 keeps a "
                    + "fifth of the clips for evaluation)")
        }
    }

    /// Resizes frames to a size that a model accepts, and drops clips that are too short.
    ///
    /// - Parameter frames: the number of consecutive frames required.
    /// - Throws: `ClipError` where the size does not fit and the choice has no `fit`, or where no
    ///   training clip is left.
    mutating func fit(to target: FrameTarget?, frames: Int = 1) throws {
        if let target {
            train = try train.fitted(to: target, fit)
            evaluationSet = try evaluationSet?.fitted(to: target, fit)
        }
        train = try train.longEnough(for: frames)
        guard let set = evaluationSet else { return }
        do {
            evaluationSet = try set.longEnough(for: frames)
        } catch {
            evaluationSet = nil
            notes.append("\(error): the run is not evaluated")
        }
    }

    /// Passes on remarks for the user, each sentence once.
    func report(_ notice: (String) -> Void) {
        var said: Set<String> = []
        let sets = [train] + [evaluationSet].compactMap { $0 }
        let labels = classes.map { count in sets.flatMap { $0.labelRemarks(classes: count) } }
        for remark in sets.flatMap(\.remarks) + (labels ?? []) + notes
        where said.insert(remark).inserted {
            notice(remark)
        }
    }
}
