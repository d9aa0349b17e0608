import GestaltNN
import GestaltSegHeads
import GestaltVideo

/// The parts of a segmenter's encoder that are trained with its head, and at which rate; the others
/// are frozen.
struct TrainedParts {
    /// The frozen parts: the whole encoder if none of its parts is trained.
    let freezing: Freezing
    /// A group of parameters for each trained part.
    let groups: [ParameterGroup]

    /// - Parameters:
    ///   - trained: parts of the encoder, each once.
    ///   - rates: the learning rate factor by part; for those not listed the encoder's own, else
    ///     ``HeadRecipe/partRate``.
    init(_ trained: [String], of type: any StoredEncoder.Type, rates: [String: Double] = [:]) {
        freezing =
            trained.isEmpty
            ? Freezing(["encoder"])
            : Freezing(type.parts.filter { !trained.contains($0) }.map { "encoder.\($0)" })
        groups = trained.map { part in
            ParameterGroup(
                .below(["encoder.\(part)"]),
                learningRateFactor: rates[part] ?? type.trainedParts[part] ?? HeadRecipe.partRate)
        }
    }

    /// All of a model that has no encoder; of a segmenter the parts that its encoder's kind trains
    /// by default.
    init(of model: any SegmentationModel) {
        guard let encoder = (model as? Segmenter)?.encoder else {
            self.init(freezing: .none, groups: [])
            return
        }
        let type = Swift.type(of: encoder)
        self.init(HeadRecipe.trainedParts(of: type), of: type)
    }

    private init(freezing: Freezing, groups: [ParameterGroup]) {
        self.freezing = freezing
        self.groups = groups
    }
}
