import GestaltModels
import GestaltVideo

/// The configuration of a tokenizer with any quantizer, whose codes and embeddings are the
/// quantizer's.
public protocol QuantizedConfiguration: VideoTokenizerConfiguration {
    var quantizer: AnyQuantizerConfiguration { get set }
    /// - Throws: `ConfigurationError` for the first invalid value other than the quantizer.
    func validateSizes() throws(ConfigurationError)
}

extension QuantizedConfiguration {
    public var codeCount: Int { quantizer.value.size.codes }
    public var embeddingWidth: Int { quantizer.value.size.width }

    public func quantized(by quantizer: any QuantizerConfiguration) -> Self? {
        var result = self
        result.quantizer = AnyQuantizerConfiguration(quantizer)
        return result
    }

    public var facts: [Fact] {
        [
            Fact("strides", .sizes(strides.array)), Fact("codes", .integer(codeCount)),
            Fact("embedding_width", .integer(embeddingWidth)),
            Fact("quantizer", .text(quantizer.value.summary)),
            Fact("clip_lengths", .text("\(clipLengths)")),
        ]
    }

    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws {
        try validateSizes()
        try quantizer.validate()
    }
}
