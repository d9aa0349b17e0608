import GestaltModels
import GestaltTensor
import GestaltVideo

/// The stages and sizes of a ``StagedTokenizer``; its `config.json`.
public struct StagedConfiguration: QuantizedConfiguration {
    public static let kind = "magvit2"
    public static let priorRecipe = MagvitConfiguration.priorRecipe

    /// A stage of the encoder, mirrored in the decoder.
    public struct Stage: Codable, Sendable, Equatable {
        public enum Kind: String, Codable, Sendable, CaseIterable {
            /// Residual units.
            case residual
            /// Half of the rows and columns.
            case space
            /// Half of the frames.
            case time
        }

        public var kind: Kind
        /// Channels after a halving; nil for residual units.
        public var width: Int?
        /// The number of residual units, as `consecutive_residual`; nil for one, as `residual`.
        public var count: Int?

        public init(_ kind: Kind, width: Int? = nil, count: Int? = nil) {
            self.kind = kind
            self.width = width
            self.count = count
        }
    }

    /// Channels after the first convolution.
    public var width: Int
    public var stages: [Stage]
    /// Frames, rows and columns of the kernel of the first convolution, odd.
    public var inputKernel: [Int]
    /// Those of the last one.
    public var outputKernel: [Int]
    /// The side of the kernels of residual units.
    public var residualKernel: Int
    public var quantizer: AnyQuantizerConfiguration
    /// Added to pixels in [−0.5, 0.5] before the encoder and subtracted after the decoder: 0.5 for
    /// weights that were trained on pixels in [0, 1].
    public var pixelOffset: Float

    public init(
        width: Int, stages: [Stage], inputKernel: [Int] = [7, 7, 7],
        outputKernel: [Int] = [3, 3, 3], residualKernel: Int = 3,
        quantizer: any QuantizerConfiguration, pixelOffset: Float = 0.5
    ) {
        self.width = width
        self.stages = stages
        self.inputKernel = inputKernel
        self.outputKernel = outputKernel
        self.residualKernel = residualKernel
        self.quantizer = AnyQuantizerConfiguration(quantizer)
        self.pixelOffset = pixelOffset
    }

    /// Channels before each stage, and after the last.
    public var widths: [Int] { stages.reduce(into: [width]) { $0.append($1.width ?? $0.last!) } }
    public var strides: Extent3 {
        let side = 1 << stages.count { $0.kind == .space }
        return Extent3(
            time: 1 << stages.count { $0.kind == .time }, height: side, width: side)
    }
    public var clipLengths: ClipLengths { ClipLengths(first: 1, stride: strides.time) }

    public func tokenizer(random: inout RandomStream) -> any VideoTokenizer {
        StagedTokenizer(self, random: &random)
    }

    public var summary: String {
        "video tokenizer of \(stages.count) stages, strides \(strides), \(codeCount) codes, "
            + quantizer.value.summary
    }

    public func validateSizes() throws(ConfigurationError) {
        try check((1...4096).contains(width), "width", "1 to 4096", width)
        try check((1...64).contains(stages.count), "stages", "1 to 64", stages.count)
        for (index, stage) in stages.enumerated() {
            let key = "stages.\(index)"
            let isResidual = stage.kind == .residual
            try check(
                isResidual == (stage.width == nil) && (1...4096).contains(stage.width ?? 1),
                key + ".width", isResidual ? "none for residual units" : "1 to 4096",
                stage.width.map { "\($0)" } ?? "none")
            try check(
                (isResidual || stage.count == nil) && (1...64).contains(stage.count ?? 1),
                key + ".count", isResidual ? "1 to 64, or none" : "none for a halving",
                stage.count ?? 0)
        }
        try check(
            strides.time <= 64 && strides.height <= 256, "stages",
            "at most 6 halvings of time and 8 of space", strides)
        for (key, kernel) in [
            ("inputKernel", inputKernel), ("outputKernel", outputKernel),
            ("residualKernel", [Int](repeating: residualKernel, count: 3)),
        ] {
            try check(
                kernel.count == 3 && kernel.allSatisfy { (1...15).contains($0) && $0 % 2 == 1 },
                key, "odd numbers from 1 to 15", kernel)
        }
        try check(pixelOffset.isFinite, "pixelOffset", "a finite number", pixelOffset)
    }
}
