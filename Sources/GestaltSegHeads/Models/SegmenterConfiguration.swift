import GestaltModels

/// What a ``Segmenter`` is made of; its `config.json`.
public struct SegmenterConfiguration: ModelConfiguration, Equatable {
    public static let kind = "segmenter"

    /// The head's make.
    public enum Head: Codable, Sendable, Equatable {
        /// ``ConvolutionalHead`` of this width at the latent's size.
        case convolutional(width: Int)
        /// ``LinearProbe``.
        case linear
    }

    public var encoder: EncoderConfiguration
    public var head: Head
    /// Scores a pixel: 1 for foreground against background, else one for each class.
    public var classes: Int
    public var input: PictureInput

    public init(
        encoder: EncoderConfiguration, head: Head = .convolutional(width: 128), classes: Int = 1,
        input: PictureInput = PictureInput()
    ) {
        self.encoder = encoder
        self.head = head
        self.classes = classes
        self.input = input
    }

    /// - Throws: `ConfigurationError` for the first value that no segmenter can be built from.
    public func validate() throws(ConfigurationError) {
        do {
            try encoder.validate()
        } catch {
            throw error.below("encoder")
        }
        if case .convolutional(let width) = head, !(1...4096).contains(width) {
            throw .invalid("head.convolutional.width", expected: "1 to 4096", found: width)
        }
        try validateClasses(classes)
        do {
            try input.validate()
        } catch {
            throw error.below("input")
        }
        try encoder.validate(input)
    }
}
