internal import CKernels

/// The storage formats of the values that a decoding step reads; arithmetic is always float32.
public struct DecodingFormat: Sendable, Equatable, Codable {
    public enum Number: String, Codable, Sendable, CaseIterable {
        case float32
        /// The upper half of a float32: half the memory traffic, three significant digits.
        case bfloat16
    }

    /// The weights of the blocks and of the logits.
    public var weights: Number
    /// Keys and values of the earlier positions and of the frames.
    public var cache: Number

    public init(weights: Number = .float32, cache: Number = .float32) {
        self.weights = weights
        self.cache = cache
    }

    public static let float32 = DecodingFormat()
    public static let bfloat16 = DecodingFormat(weights: .bfloat16, cache: .bfloat16)
}

extension DecodingFormat.Number {
    var kernel: gk_decode_storage {
        switch self {
        case .float32: gk_decode_float32
        case .bfloat16: gk_decode_bfloat16
        }
    }
}
