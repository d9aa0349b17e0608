import GestaltFiles
import GestaltModels
import GestaltPrior
import GestaltSegHeads
import GestaltVQVAE

/// Which latents a head is trained on: what of a tokenizer or of a predictor makes them.
///
/// In words `tokenizer:continuous`, `resnet:4`, `resnet:pyramid`, `prior:hidden:2`.
public enum EncoderChoice: Codable, Sendable, Equatable {
    /// Latents of the tokenizer, for frames or for clips.
    case tokenizer(
        source: TokenizerEncoder.Source = .continuous, mode: TokenizerEncoder.Mode = .still)
    /// A stage, 1 … 4, of the prior's frame encoder, with skips beside the finer ones.
    case resnet(stage: Int = 4, skips: Bool = false)
    /// The prior's residual stream behind so many blocks; nil asks as the prior usually is asked.
    case prior(
        layer: Int, query: VideoPrior.Query? = nil, skips: Bool = false, joins: Bool = false)

    /// A part of an encoder that trains or stays by itself: below `encoder` in a segmenter's paths.
    public enum Part: String, Codable, Sendable, CaseIterable {
        /// The whole tokenizer, of which the encoder gets gradients.
        case tokenizer
        /// The frame encoder.
        case resnet
        /// The transformer, positions and start vector included.
        case prior

        var path: String { "encoder.\(rawValue)" }
    }

    public var parts: [Part] {
        switch self {
        case .tokenizer: [.tokenizer]
        case .resnet: [.resnet]
        case .prior: [.resnet, .prior]
        }
    }

    /// Whether latents are made of clips, later frames included.
    var seesFuture: Bool {
        if case .tokenizer(_, .clip) = self { true } else { false }
    }
}

extension EncoderChoice: CustomStringConvertible {
    /// As ``named(_:mode:query:skips:joins:)`` takes it, with the options behind.
    public var description: String {
        switch self {
        case .tokenizer(let source, let mode):
            "tokenizer:\(source.rawValue)" + (mode == .clip ? " of clips" : "")
        case .resnet(let stage, let skips): "resnet:\(stage)" + (skips ? " with skips" : "")
        case .prior(let layer, let query, let skips, let joins):
            "prior:hidden:\(layer)" + (query.map { " asked with \($0.rawValue)" } ?? "")
                + (skips ? " with skips" : "") + (joins ? " beside its frame encoder" : "")
        }
    }

    /// - Parameter name: `tokenizer:features`, `tokenizer:continuous`, `tokenizer:quantized`,
    ///   `resnet:1` … `resnet:4`, `resnet:pyramid`, or `prior:hidden:LAYER`.
    /// - Throws: `ConfigurationError` for another name, and for an option that the named encoder has
    ///   no use for.
    public static func named(
        _ name: String, mode: TokenizerEncoder.Mode = .still, query: VideoPrior.Query? = nil,
        skips: Bool = false, joins: Bool = false
    ) throws(ConfigurationError) -> EncoderChoice {
        func refuse(_ holds: Bool, _ key: String, _ found: Any) throws(ConfigurationError) {
            if holds {
                throw .invalid(key, expected: "not given with encoder \(name)", found: found)
            }
        }
        let words = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if words.first != "prior" {
            try refuse(query != nil, "query", query?.rawValue ?? "")
            try refuse(joins, "joins", joins)
        }
        if words.first != "tokenizer" { try refuse(mode != .still, "mode", mode) }
        switch (words.first, words.count, words.last) {
        case ("tokenizer", 2, let last):
            try refuse(skips, "skips", skips)
            if let source = last.flatMap(TokenizerEncoder.Source.init(rawValue:)) {
                return .tokenizer(source: source, mode: mode)
            }
        case ("resnet", 2, "pyramid"): return .resnet(stage: 4, skips: true)
        case ("resnet", 2, let last):
            if let stage = last.flatMap(Int.init), (1...4).contains(stage) {
                return .resnet(stage: stage, skips: skips)
            }
        case ("prior", 3, let last):
            if words[1] == "hidden", let layer = last.flatMap(Int.init), layer >= 0 {
                return .prior(layer: layer, query: query, skips: skips, joins: joins)
            }
        default: break
        }
        throw .invalid(
            "encoder",
            expected: "tokenizer:features|continuous|quantized, resnet:1…4, resnet:pyramid or "
                + "prior:hidden:LAYER",
            found: name)
    }
}
