import GestaltModels
import GestaltTensor
import GestaltVideo

/// The encoder, the head and the input of a ``Segmenter``; its `config.json`.
public struct SegmenterConfiguration: ModelConfiguration {
    public static let kind = "segmenter"

    private enum CodingKeys: String, CodingKey {
        case storedEncoder = "encoder"
        case storedHead = "head"
        case classes, input
    }

    private var storedEncoder: AnyEncoderConfiguration
    private var storedHead: AnyHeadConfiguration
    /// Scores per pixel: 1 for foreground against background, else one per class.
    public var classes: Int
    public var input: PictureInput

    public var encoder: any EncoderConfiguration {
        get { storedEncoder.value }
        set { storedEncoder.value = newValue }
    }

    public var head: any HeadConfiguration {
        get { storedHead.value }
        set { storedHead.value = newValue }
    }

    public init(
        encoder: any EncoderConfiguration, head: any HeadConfiguration = .convolutional(),
        classes: Int = 1, input: PictureInput = PictureInput()
    ) {
        storedEncoder = AnyEncoderConfiguration(encoder)
        storedHead = AnyHeadConfiguration(head)
        self.classes = classes
        self.input = input
    }

    public init(from decoder: any Decoder) throws {
        SegmentationKinds.register()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        storedEncoder = try container.decode(AnyEncoderConfiguration.self, forKey: .storedEncoder)
        storedHead = try container.decode(AnyHeadConfiguration.self, forKey: .storedHead)
        classes = try container.decode(Int.self, forKey: .classes)
        input = try container.decode(PictureInput.self, forKey: .input)
    }

    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws {
        try validated("encoder") { try encoder.validate() }
        try validated("head") { try head.validate() }
        try head.validate(stride: encoder.stride)
        try validateClasses(classes)
        try validated("input") { try input.validate() }
        try input.validate(for: encoder)
    }

    public var summary: String {
        "segmenter (head on \(encoder.summary)) " + input.summary(classes: classes)
    }

    public var facts: [Fact] {
        [Fact("encoder", .text(encoder.summary))] + input.facts(classes: classes)
    }
}

/// Validates a part of a configuration; errors name keys below that of the part.
func validated(_ key: String, _ body: () throws -> Void) throws {
    do {
        try body()
    } catch let error as ConfigurationError {
        throw error.below(key)
    }
}

extension PictureInput {
    /// - Throws: `ConfigurationError` under `input` for a frame size that the encoder rejects.
    func validate(for encoder: any EncoderConfiguration) throws(ConfigurationError) {
        let found = "\(height) × \(width)"
        if let frames = encoder.frameSize {
            guard height == frames.height, width == frames.width else {
                throw .invalid(
                    "input", expected: "\(frames.height) × \(frames.width), the encoder's frames",
                    found: found)
            }
        }
        let stride = encoder.stride
        guard height % stride == 0, width % stride == 0 else {
            throw .invalid(
                "input", expected: "height and width that the encoder's stride \(stride) divides",
                found: found)
        }
    }

    func summary(classes: Int) -> String {
        "for \(classes == 1 ? "foreground" : "\(classes) classes") at \(height) × \(width)"
    }

    func facts(classes: Int) -> [Fact] {
        [
            Fact("input_size", .list([.integer(height), .integer(width)])),
            Fact("classes", .integer(classes)),
        ]
    }
}
