import GestaltModels
import GestaltTensor
import GestaltVideo

/// The encoder, the head and the input of an ``InstanceSegmenter``; its `config.json`.
public struct InstanceSegmenterConfiguration: ModelConfiguration {
    public static let kind = "instance-segmenter"

    private enum CodingKeys: String, CodingKey {
        case storedEncoder = "encoder"
        case storedHead = "head"
        case classes, input
    }

    private var storedEncoder: AnyEncoderConfiguration
    private var storedHead: AnyInstanceHeadConfiguration
    /// The number of classes, background included.
    public var classes: Int
    public var input: PictureInput

    public var encoder: any EncoderConfiguration {
        get { storedEncoder.value }
        set { storedEncoder.value = newValue }
    }

    public var head: any InstanceHeadConfiguration {
        get { storedHead.value }
        set { storedHead.value = newValue }
    }

    /// - Parameter classes: 2 for instances of one class.
    public init(
        encoder: any EncoderConfiguration, head: any InstanceHeadConfiguration = .query(),
        classes: Int = 2, input: PictureInput = PictureInput()
    ) {
        storedEncoder = AnyEncoderConfiguration(encoder)
        storedHead = AnyInstanceHeadConfiguration(head)
        self.classes = classes
        self.input = input
    }

    public init(from decoder: any Decoder) throws {
        SegmentationKinds.register()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        storedEncoder = try container.decode(AnyEncoderConfiguration.self, forKey: .storedEncoder)
        storedHead = try container.decode(AnyInstanceHeadConfiguration.self, forKey: .storedHead)
        classes = try container.decode(Int.self, forKey: .classes)
        input = try container.decode(PictureInput.self, forKey: .input)
    }

    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws {
        try validated("encoder") { try encoder.validate() }
        guard !encoder.readsClips else {
            throw ConfigurationError.invalid(
                "encoder", expected: "an encoder of single frames", found: encoder.summary)
        }
        try validated("head") { try head.validate() }
        try head.validate(stride: encoder.stride)
        guard (2...255).contains(classes) else {
            throw ConfigurationError.invalid(
                "classes", expected: "2 to 255, background included", found: classes)
        }
        try validated("input") { try input.validate() }
        try input.validate(for: encoder)
    }

    public var summary: String {
        "instance segmenter (head on \(encoder.summary)) " + input.summary(classes: classes)
    }

    public var facts: [Fact] {
        [Fact("encoder", .text(encoder.summary))] + input.facts(classes: classes)
    }
}
