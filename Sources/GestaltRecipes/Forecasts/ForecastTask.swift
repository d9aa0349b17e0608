import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import GestaltVideo

/// The training of a ``Forecaster`` on targets from video.
struct ForecastTask: TrainingTask {
    let batches: ForecastBatches
    /// The evaluation; nil disables it.
    let evaluator: ForecastEvaluator?

    func loss(
        of model: Forecaster, on batch: ForecastBatch, _ context: Context
    ) throws -> (loss: Tensor<Float>, metrics: [Metric]) {
        let losses = forecastLosses(model(batch.frames, context), batch, batches.terms)
        var total = Tensor<Float>(0)
        for (term, loss) in zip(batches.terms, losses) { total = total + loss.mean * term.weight }
        return (total, zip(batches.terms, losses).map { Metric($0.name, $1.mean.scalar) })
    }

    func evaluate(_ model: Forecaster) throws -> Evaluation? {
        try evaluator?.evaluation(of: model)
    }
}

/// The scale of picture losses: a unit is near the standard deviation of frames.
private let pictureScale: Float = 4
/// The additional weight of pixels in which a target differs from the frame; without it, copying
/// the input is almost right.
private let changeWeight: Float = 4
/// The difference to the frame above which a pixel of a target counts as changed: 8 of 255.
private let changeThreshold: Float = 8 / 255

/// The loss of a term on a batch.
struct TermLoss {
    /// A scalar: the mean over the items that have a target.
    let mean: Tensor<Float>
    /// The number of these items: frames of pictures, pixels of maps.
    let count: Double
}

/// Returns the loss of each term: of a picture the mean absolute error, in which changed pixels
/// weigh five times as much, of a map the mean binary cross entropy over its known pixels.
func forecastLosses(
    _ forecast: Forecast, _ batch: ForecastBatch, _ terms: [ForecastTerm]
) -> [TermLoss] {
    var (picture, map) = (0, 0)
    return terms.map { term in
        guard term.isPicture else {
            let channel = map..<map + 1
            map += 1
            let weights = batch.mapWeights.sliced(channel, axis: -1)
            return TermLoss(
                mean: binaryCrossEntropy(
                    forecast.maps.sliced(channel, axis: -1),
                    batch.maps.sliced(channel, axis: -1), weights: weights),
                count: Double(weights.sum().scalar))
        }
        let channels = 3 * picture..<3 * picture + 3
        let target = batch.pictures.sliced(channels, axis: -1)
        let known = batch.pictureWeights.sliced(picture..<picture + 1, axis: -1)
        let difference = (target - batch.original).abs().max(axes: [-1], keepingAxes: true)
        let changed = (difference .> changeThreshold).cast(to: Float.self)
        let weights = (changed * changeWeight + 1) * known
        let error = (forecast.pictures.sliced(channels, axis: -1) - target).abs() * pictureScale
        picture += 1
        let count = known.sum().scalar
        let share = max(count, 1) / Float(batch.frames.shape[0])
        return TermLoss(mean: (error * weights).mean() / share, count: Double(count))
    }
}

/// The losses of held-out frames, and the IoU of the maps.
struct ForecastEvaluator: Sendable {
    /// In plain order, without augmentation.
    let batches: ForecastBatches
    /// The name of the sum of all losses with the weights of their terms.
    static let total = "forecast_loss"

    func evaluation(of model: Forecaster) throws -> Evaluation {
        let terms = batches.terms
        var sums = [Double](repeating: 0, count: terms.count)
        var counts = sums
        var overlaps = [MapOverlap](
            repeating: MapOverlap(), count: terms.filter { !$0.isPicture }.count)
        for step in 0..<batches.stepsPerPass {
            let batch = try batches.batch(at: step)
            let forecast = model(batch.frames, .inference)
            for (index, loss) in forecastLosses(forecast, batch, terms).enumerated() {
                sums[index] += Double(loss.mean.scalar) * loss.count
                counts[index] += loss.count
            }
            for index in overlaps.indices { overlaps[index].add(forecast, batch, map: index) }
        }
        let losses = zip(sums, counts).map { $0 / max($1, 1) }
        let total = zip(terms, losses).reduce(0) { $0 + Double($1.0.weight) * $1.1 }
        let maps = terms.filter { !$0.isPicture }
        return Evaluation(
            [Metric(Self.total, total)]
                + zip(terms, losses).map { Metric($0.name, $1) }
                + zip(maps, overlaps).map { Metric("\($0.name)_iou", $1.iou) },
            score: total, largerIsBetter: false)
    }
}

/// The intersection over union of a forecast map at probability 0.5, over all known pixels.
private struct MapOverlap {
    private var intersection = 0
    private var union = 0

    mutating func add(_ forecast: Forecast, _ batch: ForecastBatch, map: Int) {
        let maps = batch.maps.shape[3]
        forecast.maps.withScalars { logits in
            batch.maps.withScalars { truth in
                batch.mapWeights.withScalars { weights in
                    for place in stride(from: map, to: logits.count, by: maps)
                    where weights[place] > 0 {
                        let (found, isTrue) = (logits[place] > 0, truth[place] > 0.5)
                        if found && isTrue { intersection += 1 }
                        if found || isTrue { union += 1 }
                    }
                }
            }
        }
    }

    /// 1 where there is nothing to find and nothing was found.
    var iou: Double { union == 0 ? 1 : Double(intersection) / Double(union) }
}
