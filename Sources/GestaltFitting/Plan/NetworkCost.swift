import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining

/// The measured time and memory of a dense segmentation network on this machine, by pixel.
public struct NetworkCost: Codable, Sendable, Equatable {
    /// Channels at full size.
    public var width: Int
    /// Seconds of a training step for each pixel of its batch.
    public var trainingSeconds: Double
    /// Seconds of a prediction for each pixel.
    public var inferenceSeconds: Double
    /// Bytes of a training step for each pixel of its batch.
    public var trainingBytes: Double
    /// Bytes of weights, gradients, moments and a checkpoint in the making.
    public var fixedBytes: Int

    public init(
        width: Int, trainingSeconds: Double, inferenceSeconds: Double, trainingBytes: Double,
        fixedBytes: Int
    ) {
        (self.width, self.trainingSeconds) = (width, trainingSeconds)
        (self.inferenceSeconds, self.trainingBytes) = (inferenceSeconds, trainingBytes)
        self.fixedBytes = fixedBytes
    }
}

extension NetworkCost {
    /// The widths that a plan chooses from.
    public static let usualWidths = [32, 16]
    private static let side = 64
    private static let items = 8

    /// Measures networks on blank frames of 64 × 64 pixels, the fastest of three times each, in a
    /// second or two.
    ///
    /// - Precondition: widths are 1 to 1024.
    public static func measured(widths: [Int] = usualWidths, classes: Int = 1) -> [NetworkCost] {
        widths.map { measured(width: $0, classes: classes) }
    }

    private static func measured(width: Int, classes: Int) -> NetworkCost {
        let configuration = SegmenterConfiguration(
            encoder: DenseEncoderConfiguration(width: width), head: .linear, classes: classes,
            input: PictureInput(height: side, width: side))
        var random = RandomStream(seed: 0)
        let model = Segmenter(configuration, random: &random)
        let frames = Tensor<Float>.zeros([items, side, side, 3])
        let masks = Tensor<UInt8>.zeros([items, side, side])
        let context = Context.training(random: RandomStream(seed: 0))
        return measured(width: width, parameters: model.parameterCount) {
            _ = valueAndGradients(of: model, context) { model, context in
                segmentationLoss(model.logits(frames, context), masks)
            }
        } inference: {
            _ = model.probabilities(frames)
        }
    }

    private static func measured(
        width: Int, parameters: Int, step: () -> Void, inference: () -> Void
    ) -> NetworkCost {
        let pixels = Double(items * side * side)
        let bytes = peakBytes { step() }
        return NetworkCost(
            width: width, trainingSeconds: fastest(step) / pixels,
            inferenceSeconds: fastest(inference) / pixels,
            trainingBytes: Double(bytes) / pixels, fixedBytes: bytesOfParameter * parameters)
    }

    /// Measures networks with an instance head on striped frames.
    ///
    /// - Parameters:
    ///   - classes: the number of classes of objects with the background.
    ///   - queries: the largest number of objects in a frame.
    /// - Precondition: widths are 1 to 1024, 2 classes or more, 1 to 254 queries.
    public static func measuredInstances(
        widths: [Int] = usualWidths, classes: Int, queries: Int
    ) -> [NetworkCost] {
        widths.map { measuredInstances(width: $0, classes: classes, queries: queries) }
    }

    /// The objects of a frame in a measurement, as stripes: without objects a loss has no masks.
    private static let stripes = 4

    private static func measuredInstances(width: Int, classes: Int, queries: Int) -> NetworkCost {
        let configuration = InstanceSegmenterConfiguration(
            encoder: DenseEncoderConfiguration(width: width),
            head: QueryHead.Configuration(queries: queries), classes: classes,
            input: PictureInput(height: side, width: side))
        var random = RandomStream(seed: 0)
        let model = InstanceSegmenter(configuration, random: &random)
        let frames = Tensor<Float>.zeros([items, side, side, 3])
        let stripe = Tensor((0..<side).map { UInt8($0 * (stripes + 1) / side) })
        let categories = Dictionary(
            uniqueKeysWithValues: (1...UInt8(stripes)).map { ($0, UInt8(1)) })
        let targets = InstanceTargets(
            stripe.broadcast(to: [items, side, side]),
            categories: Array(repeating: categories, count: items))
        let context = Context.training(random: RandomStream(seed: 0))
        return measured(width: width, parameters: model.parameterCount) {
            _ = valueAndGradients(of: model, context) { model, context in
                model.loss(of: frames, targets, context).total
            }
        } inference: {
            _ = model.proposals(frames)
        }
    }

    /// Four bytes each of weight, gradient, two moments, and as much again for a checkpoint.
    private static let bytesOfParameter = 28

    private static func fastest(_ body: () -> Void) -> Double {
        (0..<3).map { _ in
            let begin = ContinuousClock.now
            body()
            return (ContinuousClock.now - begin) / .seconds(1)
        }.min() ?? 0
    }
}
