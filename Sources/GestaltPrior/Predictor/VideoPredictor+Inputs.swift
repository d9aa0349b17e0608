import GestaltTensor
import GestaltVideo

extension VideoPredictor {
    /// Checks external inputs against the prior's configuration.
    /// - Parameters: as of ``VideoPrior/condition(frames:classes:actions:_:)``; `codes`
    ///   `[N, t, h, w]`.
    /// - Throws: ``ModelInputError`` for the first that does not fit, is missing, or is not
    ///   expected.
    public func check(
        codes: Tensor<Int32>? = nil, frames: Tensor<Float>? = nil, classes: Tensor<Int32>? = nil,
        actions: Tensor<Float>? = nil
    ) throws(ModelInputError) {
        let prior = configuration.prior
        if let codes {
            try tokenizer.check(codes: codes)
            try check(codes, "codes", [nil] + prior.latent.array.map { $0 })
        }
        try check(
            frames, "frames",
            prior.conditioning.map { [nil, $0.frames, $0.height, $0.width, 3] })
        if let known = prior.classes, classes == nil {
            throw ModelInputError(
                "class", expected: "a number from 0 to \(known - 1)", found: "none")
        }
        try check(classes, "class", prior.classes.map { _ in [nil] })
        if let classes, let known = prior.classes {
            let stray = classes.withScalars { $0.first { $0 < 0 || Int($0) >= known } }
            if let stray {
                throw ModelInputError(
                    "class", expected: "a number from 0 to \(known - 1)", found: "\(stray)")
            }
        }
        try check(
            actions, "actions", prior.actionWidth.map { [nil, configuration.clipLength, $0] })
        let counts = [codes?.shape[0], frames?.shape[0], classes?.shape[0], actions?.shape[0]]
            .compactMap { $0 }
        if let other = counts.first(where: { $0 != counts[0] }) {
            throw ModelInputError(
                "codes, frames, class and actions", expected: "as many of each: \(counts[0])",
                found: "\(other)")
        }
    }

    /// - Parameter expected: lengths, nil for any; nil as a whole where no input is expected.
    private func check<Scalar>(
        _ tensor: Tensor<Scalar>?, _ name: String, _ expected: [Int?]?
    ) throws(ModelInputError) {
        func text(_ lengths: [Int?]) -> String {
            "shape [" + lengths.map { $0.map(String.init) ?? "B" }.joined(separator: ", ") + "]"
        }
        guard let expected else {
            guard tensor == nil else {
                throw ModelInputError(
                    name, expected: "none: this prior is not conditioned on them",
                    found: "\(tensor!.shape)")
            }
            return
        }
        guard let tensor else {
            throw ModelInputError(name, expected: text(expected), found: "none")
        }
        let fits =
            tensor.rank == expected.count
            && zip(tensor.shape, expected).allSatisfy { $1 == nil || $0 == $1 }
        guard fits, tensor.count > 0 else {
            throw ModelInputError(name, expected: text(expected), found: "\(tensor.shape)")
        }
    }
}
