/// Encoding as `{"shape": [2, 3], "scalars": [1, 2, 3, 4, 5, 6]}`, elements in row-major order.
///
/// For small tensors in configurations and reports: as text, elements take several times their
/// size. Arrays and weights belong into npy or safetensors files. JSON has no NaN and no infinity;
/// encoders and decoders refuse them unless their strategies for such numbers say otherwise.
extension Tensor: Codable where Scalar: Codable {
    private enum CodingKeys: String, CodingKey {
        case shape
        case scalars
    }

    /// - Throws: `DecodingError` for a shape that is none, or another number of scalars.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let shape = try container.decode(Shape.self, forKey: .shape)
        let scalars = try container.decode([Scalar].self, forKey: .scalars)
        var count: Int? = 1
        for length in shape {
            let product = count?.multipliedReportingOverflow(by: length)
            count = product.flatMap { $0.overflow ? nil : $0.partialValue }
        }
        guard count == scalars.count else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath + [CodingKeys.scalars],
                    debugDescription:
                        "a tensor of shape \(shape) with \(scalars.count) scalars"))
        }
        self.init(shape: shape, scalars: scalars)
    }

    /// Encodes shape and elements, without the position on a tape.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(shape, forKey: .shape)
        try container.encode(scalars, forKey: .scalars)
    }
}
