import GestaltFiles
import GestaltVQVAE

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

    public var tokenizer: TokenizerConfiguration
    public var mode: TokenizerEncoder.Mode
    public var source: TokenizerEncoder.Source
    public var head: Head
    /// Scores a pixel: 1 for foreground against background, else one for each class.
    public var classes: Int
    public var input: PictureInput

    public init(
        tokenizer: TokenizerConfiguration, mode: TokenizerEncoder.Mode = .still,
        source: TokenizerEncoder.Source = .continuous, head: Head = .convolutional(width: 128),
        classes: Int = 1, input: PictureInput = PictureInput()
    ) {
        self.tokenizer = tokenizer
        self.mode = mode
        self.source = source
        self.head = head
        self.classes = classes
        self.input = input
    }

    public func validate() throws {
        try tokenizer.validate()
        let strides = tokenizer.strides
        guard strides.height == strides.width else {
            throw ConfigurationError.invalid(
                "tokenizer.strides", expected: "equal strides of height and width", found: strides)
        }
        if case .convolutional(let width) = head, !(1...4096).contains(width) {
            throw ConfigurationError.invalid(
                "head.convolutional.width", expected: "1 to 4096", found: width)
        }
        try validateClasses(classes)
        do {
            try input.validate()
        } catch {
            throw error.below("input")
        }
        guard input.height % strides.height == 0, input.width % strides.width == 0 else {
            throw ConfigurationError.invalid(
                "input",
                expected: "height and width that the tokenizer's stride \(strides.height) divides",
                found: "\(input.height) × \(input.width)")
        }
    }
}
