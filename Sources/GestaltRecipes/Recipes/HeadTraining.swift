import GestaltData
import GestaltFiles
import GestaltIO
import GestaltModels
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// A recipe that trains a head on an encoder, and parts of the encoder with it.
package protocol HeadTraining: Recipe {
    /// The name of the encoder, `prior:hidden:2`.
    var encoder: ComponentName { get }
    var initial: HeadRecipe.Initial { get set }
    /// The parts of the encoder that are trained with the head.
    var trains: [String] { get set }
    /// The learning rate factor of each trained part.
    var partRates: [String: Double] { get set }
    /// Chooses an encoder, with what its kind has by default: the trained parts, the head.
    mutating func choose(_ encoder: ComponentName)
}

extension HeadTraining {
    /// The type of the encoder.
    var encoderType: any StoredEncoder.Type {
        get throws(ConfigurationError) {
            BuiltIns.register()
            return try Encoders.type(of: encoder)
        }
    }

    /// The random stream of the encoder's initial weights.
    var encoderRandom: RandomStream { RandomStream(seed: seed).split(.max - 1) }

    /// - Throws: `ConfigurationError` for an unknown encoder, parts that it does not have, and
    ///   factors outside 0…1.
    func validateEncoder() throws(ConfigurationError) {
        let type = try encoderType
        try type.validate(encoder)
        guard trains.isEmpty || !type.parts.isEmpty else {
            throw .invalid(
                "trains", expected: "[]: \(encoder) has no part that can be trained", found: trains)
        }
        guard trains.allSatisfy(type.parts.contains), Set(trains).count == trains.count else {
            throw .invalid(
                "trains", expected: "parts of the encoder, each once: \(type.parts)",
                found: trains)
        }
        for (part, rate) in partRates.sorted(by: { $0.key < $1.key }) {
            guard type.parts.contains(part) else {
                throw .invalid(
                    "partRates", expected: "parts of the encoder: \(type.parts)", found: part)
            }
            try validateShare("partRates.\(part)", rate)
        }
    }

    /// - Throws: `ConfigurationError` for an augmentation that changes the size of frames.
    func validateFrames(_ augmentation: Augmentation) throws {
        try augmentation.validate()
        guard augmentation.crop == nil else {
            throw ConfigurationError.invalid(
                "augmentation.crop", expected: "none: the encoder has the frames' size",
                found: "a crop")
        }
    }

    /// Returns the encoder on a model in memory, or one without a model.
    func made(on model: (any StoredModel)?) throws -> any StoredEncoder {
        var random = encoderRandom
        return try encoderType.init(named: encoder, on: model, random: &random)
    }

    /// Returns the encoder with its initial weights.
    func begun(_ encoder: any StoredEncoder) -> any StoredEncoder {
        guard initial == .random else { return encoder }
        var random = encoderRandom
        return encoder.configuration.encoder(random: &random)
    }

    /// - Throws: `ConfigurationError` for a part without weights: training it would do nothing.
    func validateParts(of encoder: any StoredEncoder) throws(ConfigurationError) {
        let paths = encoder.state.map(\.path)
        for part in trains where !paths.contains(where: Freezing([part]).covers) {
            throw .invalid(
                "trains", expected: "parts with weights in \(encoder.name)", found: part)
        }
    }

    /// Checks the frozen parts, which come from the current model; the rest comes from the
    /// checkpoint.
    func requireSameEncoder(as model: some StoredModel, _ run: RecipeRun<Self>) throws {
        guard run.options.resumes, let path = run.folder?.existingLastCheckpoint else { return }
        let checkpoint = try Checkpoint(reading: path)
        for part in try encoderType.parts where !trains.contains(part) {
            try checkpoint.requireSame(
                "encoder.\(part)", as: model, expected: "the \(part) this run began with")
        }
        // Sources without a gradient have no parts, and codebooks belong to none.
        guard trains.isEmpty else { return }
        try checkpoint.requireSame(
            "encoder", as: model, expected: "the encoder this run began with")
    }

    /// A sentence on the training for the model's card.
    func about(_ head: String, _ frames: String) -> String {
        let start = initial == .random ? " drawn at random" : ""
        let training =
            trains.isEmpty
            ? "frozen" : "of which \(trains.joined(separator: ", ")) trained"
        return "\(head) on \(encoder.description)\(start), \(training), on \(frames)."
    }
}
