import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor
import GestaltVideo

/// Classes of pixels, and embeddings that are close within an instance and far between instances:
/// the simple alternative to queries, whose number of instances has no bound.
///
/// One ``ConvolutionalHead`` computes both. Instances are clusters of the embeddings of a class's
/// pixels.
///
/// - Shapes: latent `[N, slots, h, w, C]` to class scores `[N, H, W, classes]` and embeddings
///   `[N, H, W, channels]`.
/// - Source: De Brabandere, Neven and Van Gool, *Semantic Instance Segmentation with a
///   Discriminative Loss Function* (2017).
public struct EmbeddingHead: InstanceHead {
    public let latentShape: LatentShape
    public let classes: Int
    /// Channels of the embeddings.
    public let channels: Int
    public var pixels: ConvolutionalHead

    /// Channels of the convolutions at the frame's size, and at a coarser grid at most.
    private static let widths = 32...128
    private static let margins = EmbeddingMargins()

    /// - Precondition: 2 classes or more, a positive number of channels.
    public init(
        _ latent: LatentShape, classes: Int, channels: Int = Configuration.usualChannels,
        random: inout RandomStream
    ) {
        require(
            classes > 1 && channels > 0,
            "EmbeddingHead: \(classes) classes, \(channels) channels")
        latentShape = latent
        self.classes = classes
        self.channels = channels
        pixels = ConvolutionalHead(
            latent.withPositions, classes: classes + channels,
            width: min(Self.widths.upperBound, Self.widths.lowerBound * latent.stride),
            random: &random)
    }

    /// Returns class scores and embeddings of each pixel.
    func callAsFunction(
        _ latent: Latent, _ context: Context
    ) -> (scores: Tensor<Float>, embeddings: Tensor<Float>) {
        let all = context.part("pixels") { pixels(latent.withPositions(), context) }
        return (
            all.sliced(0..<classes, axis: 3), all.sliced(classes..<classes + channels, axis: 3)
        )
    }

    /// The segmentation loss of the classes plus the discriminative loss of the embeddings.
    public func loss(
        _ latent: Latent, _ targets: InstanceTargets, _ context: Context
    ) -> InstanceLoss {
        let (scores, embeddings) = self(latent, context)
        let classLoss = segmentationLoss(scores, targets.classMasks())
        let apart = discriminativeLoss(
            embeddings.reshaped([targets.count, targets.pixelCount, channels]), targets,
            margins: Self.margins)
        return InstanceLoss(
            total: classLoss + apart,
            terms: [
                ("class", classLoss.detached.scalar), ("embedding", apart.detached.scalar),
            ])
    }

    /// An instance's probability at its pixels is that of their class, but at least 0.51, and
    /// elsewhere 0; its score is the mean probability of the class. Scores or embeddings that are
    /// not finite yield a proposal of NaN: they have no clusters, and none would pass for a picture
    /// without instances.
    public func proposals(_ latent: Latent) -> [InstanceProposals] {
        let (scores, embeddings) = self(latent, .inference)
        let (height, width) = (scores.shape[1], scores.shape[2])
        let probabilities = scores.softmax(axis: -1)
        return (0..<scores.shape[0]).map { picture in
            let own = probabilities[picture].reshaped([height * width, classes])
            let places = embeddings[picture].reshaped([height * width, channels])
            guard own.scalars.allSatisfy(\.isFinite), places.scalars.allSatisfy(\.isFinite) else {
                return InstanceProposals(
                    masks: Tensor(repeating: .nan, shape: [height, width, 1]), classes: [1],
                    scores: [.nan])
            }
            let clusters = EmbeddingClusters(own, places, bandwidth: Self.margins.push).clusters
            return proposals(clusters, own.scalars, height, width)
        }
    }

    private func proposals(
        _ clusters: [(category: Int, pixels: [Int])], _ probabilities: [Float], _ height: Int,
        _ width: Int
    ) -> InstanceProposals {
        var masks = Tensor<Float>.zeros([height, width, clusters.count])
        var scores: [Float] = []
        masks.withMutableScalars { target in
            for (place, cluster) in clusters.enumerated() {
                var sum: Float = 0
                for pixel in cluster.pixels {
                    let probability = probabilities[pixel * classes + cluster.category]
                    // Of three classes or more the likeliest may have less than one half.
                    target[pixel * clusters.count + place] = max(probability, 0.51)
                    sum += probability
                }
                scores.append(sum / Float(cluster.pixels.count))
            }
        }
        return InstanceProposals(
            masks: masks, classes: clusters.map { UInt8($0.category) }, scores: scores)
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {
        visitor.module("pixels", &pixels)
    }
}

extension EmbeddingHead {
    /// `embedding[:CHANNELS]`: embeddings of 8 or CHANNELS channels.
    public struct Configuration: InstanceHeadConfiguration {
        public static let kind = "embedding"
        public static let grammar = "embedding[:CHANNELS]"
        public static let usualChannels = 8

        /// Channels of the embeddings.
        public var channels: Int

        public init(channels: Int = usualChannels) { self.channels = channels }

        public init(named name: ComponentName) throws(ConfigurationError) {
            var arguments = name.arguments
            channels = arguments.number(in: 1...256) ?? Self.usualChannels
            try arguments.finish("head", grammar: Self.grammar + ", CHANNELS 1 to 256")
        }

        public func validate() throws(ConfigurationError) {
            guard (1...256).contains(channels) else {
                throw .invalid("channels", expected: "1 to 256", found: channels)
            }
        }

        public func validate(stride: Int) throws(ConfigurationError) {
            try validateDoubling(stride)
        }

        public func head(
            _ latent: LatentShape, classes: Int, random: inout RandomStream
        ) -> any InstanceHead {
            EmbeddingHead(latent, classes: classes, channels: channels, random: &random)
        }
    }
}

extension InstanceHeadConfiguration where Self == EmbeddingHead.Configuration {
    /// Returns the configuration of an ``EmbeddingHead``.
    public static func embedding(
        channels: Int = EmbeddingHead.Configuration.usualChannels
    ) -> Self { Self(channels: channels) }
}
