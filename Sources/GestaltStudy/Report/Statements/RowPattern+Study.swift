import GestaltRecipes

/// The rows that the claim and its questions speak of. Rows that see the future are oracles, never
/// encoders.
extension RowPattern {
    /// Unfrozen frame encoder, hidden states, convolutional head.
    static let paper = RowPattern(
        "the prior's hidden states with a trained frame encoder and a convolutional head"
    ) { row in
        row.isHidden && row.trainsSource && row.headKind == "convolutional"
            && !row.usesUnlabeledFrames
    }

    /// Baselines; those with the subject's use of unlabeled frames first.
    static let unet = RowPattern("a U-Net on RGB") { row, subject in
        row.group == .baseline
            ? (row.usesUnlabeledFrames == (subject?.usesUnlabeledFrames ?? false) ? 1 : 0) : nil
    }

    static let frozenHidden = RowPattern("the prior's hidden states, frozen") {
        $0.isHidden && $0.isFrozen
    }

    static let trainedHidden = RowPattern("hidden states with a trained frame encoder") {
        $0.isHidden && $0.trainsSource
    }

    /// Other sources of a single frame of the same kind of model, with the same head and regime.
    static let otherLatents = RowPattern("other latents with the same head and training") {
        row, subject in
        guard row.isSingleFrameEncoder, !row.isHidden, let subject,
            row.family == subject.family
        else { return nil }
        return row.sharesTraining(with: subject) ? 0 : nil
    }

    static let frozenCounterpart = RowPattern("the same source frozen") { row, subject in
        row.isSingleFrameEncoder && row.isFrozen && row.source == subject?.source
            && row.head == subject?.head ? 0 : nil
    }

    /// The frame encoder of the prior's kind.
    static let trainedFrameEncoder = RowPattern("the trained frame encoder alone") {
        row, subject in
        guard row.isSingleFrameEncoder, row.trainsSource, let subject,
            row.family == subject.family,
            ["resnet", "dense"].contains(row.sourceWords.first)
        else { return nil }
        return row.head == subject.head ? 1 : 0
    }

    static let convolutional = RowPattern("a convolutional head on latents") {
        $0.isSingleFrameEncoder && $0.headKind == "convolutional"
    }

    static let otherHead = RowPattern("another head on the same source") { row, subject in
        row.isSingleFrameEncoder && row.headKind != "convolutional"
            && row.source == subject?.source
            && subject.map(row.sharesSourceTraining) == true ? 0 : nil
    }

    /// Labels alone: unlabeled frames would help the controls, too.
    static let singleFrame = RowPattern("a latent of a single frame") {
        $0.isSingleFrameEncoder && !$0.usesUnlabeledFrames
    }

    static let frozenSingleFrame = RowPattern("a frozen latent of a single frame") {
        $0.isSingleFrameEncoder && $0.isFrozen
    }

    /// Frozen sources that learned from prediction.
    static let frozenMotion = RowPattern("a frozen latent of a model that predicts") {
        $0.isSingleFrameEncoder && $0.isPredictive && $0.isFrozen
    }

    static let randomCounterpart = RowPattern("random weights") { row, subject in
        guard row.group == .control, row.hasRandomSource else { return nil }
        return (row.trainsSource == subject?.trainsSource ? 4 : 0)
            + (row.source == subject?.source ? 2 : 0) + (row.head == subject?.head ? 1 : 0)
    }

    static let position = RowPattern("position alone") { row, subject in
        row.group == .control && row.sourceWords.first == "position"
            ? (row.head == subject?.head ? 1 : 0) : nil
    }

    static let constantMask = RowPattern("a constant mask") { row in
        row.group == .control && row.head == nil && row.initialization == .none
            && row.sourceWords.first != "position"
    }

    /// A control that was pre-trained without motion.
    static let stillOnly = RowPattern("pre-training on still pictures alone") { row, subject in
        guard row.group == .control, row.isFromStillPictures else { return nil }
        return (row.isStudent == subject?.isStudent ? 8 : 0)
            + (row.trainsSource == subject?.trainsSource ? 4 : 0)
            + (row.source == subject?.source ? 2 : 0) + (row.head == subject?.head ? 1 : 0)
    }

    static let videoGPT = RowPattern("frozen latents of a VQ-VAE and its prior") {
        $0.isSingleFrameEncoder && $0.isFrozen && $0.family == .videoGPT
    }

    static let magvit = RowPattern("frozen latents of MAGVIT") { row, subject in
        guard row.isSingleFrameEncoder, row.isFrozen, row.family == .magvit
        else { return nil }
        return row.head == subject?.head ? 1 : 0
    }

    static let severalFrames = RowPattern("two to four conditioning frames") {
        $0.group == .encoder && !$0.seesFuture && $0.conditioningFrames > 1
    }

    static let singleFrameCounterpart = RowPattern("the same from one frame") { row, subject in
        guard let subject, row.group == .encoder, !row.seesFuture, row.conditioningFrames == 1,
            row.sharesTraining(with: subject)
        else { return nil }
        let words = subject.sourceWords.filter { !$0.hasPrefix("frames=") }
        return row.sourceWords.filter { !$0.hasPrefix("frames=") } == words ? 0 : nil
    }

    static let trueClip = RowPattern("latents of the true clip") { $0.group == .oracle }

    static let singleFrameSource = RowPattern("the same model on a single frame") { row, subject in
        guard let subject, row.isSingleFrameEncoder, row.head == subject.head,
            row.sourceWords.first == subject.sourceWords.first,
            row.trainsSource == subject.trainsSource
        else { return nil }
        let words = subject.sourceWords.filter { $0 != "clip" }
        return row.sourceWords == words ? 1 : 0
    }

    /// Hidden states where the query is the masked token of a prior with code dropout.
    static let maskedQueries = RowPattern("masked tokens as queries") {
        $0.isHiddenAlone && $0.isFrozen && [nil, "hidden"].contains($0.sourceValue("query"))
    }

    static let startQueries = RowPattern("start-of-sequence embeddings as queries") {
        $0.isHiddenAlone && $0.isFrozen && $0.sourceValue("query") == "start"
    }

    static let sampledFutures = RowPattern("hidden states along sampled futures") { row, subject in
        guard row.isSingleFrameEncoder, row.source.hasPrefix("prior:samples") else { return nil }
        return row.head == subject?.head ? 1 : 0
    }

    /// A study marks such rows by their tags.
    static let larger = RowPattern("a larger model or larger pictures") {
        $0.group == .encoder && $0.isLarger
    }

    static let smallerCounterpart = RowPattern("the same at the usual size") { row, subject in
        guard let subject, row.group == .encoder, !row.isLarger,
            row.source == subject.source, row.sharesTraining(with: subject)
        else { return nil }
        return 0
    }
}

extension StudyResults.Row {
    /// Kinds of models whose sources are compared with each other.
    fileprivate enum Family { case videoGPT, magvit, dense }

    fileprivate static let families: [String: Family] = [
        "prior": .videoGPT, "tokenizer": .videoGPT, "resnet": .videoGPT, "magvit": .magvit,
        "dense": .dense, "dense+prior": .dense,
    ]

    /// Nil for sources of other packages, which are their own kind.
    fileprivate var family: Family? { Self.families[sourceWords.first ?? ""] }

    fileprivate var isSingleFrameEncoder: Bool {
        group == .encoder && !seesFuture && conditioningFrames == 1
    }

    fileprivate var isLarger: Bool {
        !Set(tags).isDisjoint(with: [.largerModel, .largerPictures])
    }

    /// Hidden states of a prior of either family, alone or joined with a dense encoder.
    fileprivate var isHidden: Bool {
        isSingleFrameEncoder
            && ["prior:hidden", "dense+prior:hidden", "magvit:hidden"].contains {
                source.hasPrefix($0)
            }
    }

    /// Hidden states without the finer stages of the frame encoder.
    fileprivate var isHiddenAlone: Bool { isHidden && !sourceWords.contains("skips") }

    /// Whether the source learned from the frames that follow.
    fileprivate var isPredictive: Bool {
        guard initialization == .pretrained, !isFromStillPictures else { return false }
        return ["prior", "resnet", "dense", "dense+prior"].contains(sourceWords.first ?? "")
            || source.hasPrefix("magvit:hidden") || source.hasPrefix("magvit:visible")
    }

    fileprivate var conditioningFrames: Int { sourceValue("frames").flatMap(Int.init) ?? 1 }
}
