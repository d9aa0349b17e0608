import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// A step of pre-training the dense encoder of width 32 (`gestalt train encoder`) with the default
/// terms of the loss on given targets.
///
/// The recipe's loss is internal to the library. This one is composed of public functions in the
/// same way: of a picture the mean absolute error, in which changed pixels weigh five times as much,
/// of a map the binary cross entropy over its known pixels.
struct EncoderTraining {
    let batch: Int
    let runs: Int

    private static let pictures: KeyValuePairs<String, Float> = ["background": 1, "frame+4": 0.5]
    private static let maps: KeyValuePairs<String, Float> = [
        "differs-from-median": 1, "displaced": 1, "will-change-1": 1,
    ]
    private static var terms: [String: Double] {
        let all = Array(pictures) + Array(maps)
        return Dictionary(uniqueKeysWithValues: all.map { ($0.key, Double($0.value)) })
    }
    // Those of the recipe: the scale of picture losses, the additional weight of changed pixels, and
    // the difference above which a pixel counts as changed.
    private static let pictureScale: Float = 4
    private static let changeWeight: Float = 4
    private static let changeThreshold: Float = 8 / 255

    func run() {
        // A default that changes must change this benchmark and its peer, too.
        precondition(
            EncoderRecipe.usualTerms == Self.terms,
            "EncoderTraining: the recipe's default terms are \(EncoderRecipe.usualTerms)")
        var random = RandomStream(seed: 1)
        let model = Forecaster(
            ForecasterConfiguration(
                encoder: DenseEncoderConfiguration(width: 32),
                pictures: Self.pictures.map(\.key), maps: Self.maps.map(\.key)),
            random: &random)
        let targets = self.targets
        measureTraining(
            "encoder-train", "the dense encoder", model, batch: batch, runs: runs
        ) { model, context in
            let forecast = model(targets.frames, context)
            var total = Tensor<Float>(0)
            for (index, term) in Self.pictures.enumerated() {
                total = total + pictureLoss(forecast, targets, index) * term.value
            }
            for (index, term) in Self.maps.enumerated() {
                total = total + mapLoss(forecast, targets, index) * term.value
            }
            return total
        }
    }

    private func pictureLoss(
        _ forecast: Forecast, _ targets: ForecastTargets, _ index: Int
    ) -> Tensor<Float> {
        let target = targets.pictures.sliced(3 * index..<3 * index + 3, axis: -1)
        let known = targets.pictureWeights.sliced(index..<index + 1, axis: -1)
        let difference = (target - targets.frames).abs().max(axes: [-1], keepingAxes: true)
        let changed = (difference .> Self.changeThreshold).cast(to: Float.self)
        let weights = (changed * Self.changeWeight + 1) * known
        let error = (forecast.picture(index) - target).abs() * Self.pictureScale
        let share = max(known.sum().scalar, 1) / Float(batch)
        return (error * weights).mean() / share
    }

    private func mapLoss(
        _ forecast: Forecast, _ targets: ForecastTargets, _ index: Int
    ) -> Tensor<Float> {
        let channel = index..<index + 1
        return binaryCrossEntropy(
            forecast.maps.sliced(channel, axis: -1), targets.maps.sliced(channel, axis: -1),
            weights: targets.mapWeights.sliced(channel, axis: -1))
    }

    /// Pictures that differ from the frames in discs; the last frame has no picture four frames
    /// later. Maps of discs, of which the first rows are unknown.
    private var targets: ForecastTargets {
        let images = TrainingImages(batch: batch)
        let frames = images.frames
        let channels = 3 * Self.pictures.count
        let changed = images.map(channels: channels) { pixel -> Float in
            pixel.depth(inDisc: 10 + 8 * (pixel.channel / 3)) > 0 ? 1 : 0
        }
        let copies = concatenated(Self.pictures.map { _ in frames }, axis: -1)
        let others = images.noise(channels: channels, seed: 6)
        var known = [Float](repeating: 1, count: batch * Self.pictures.count)
        known[known.count - 1] = 0
        let maps = images.map(channels: Self.maps.count) { pixel -> Float in
            pixel.depth(inDisc: 8 + 4 * pixel.channel) > 0 ? 1 : 0
        }
        let mapWeights = images.map(channels: Self.maps.count) { pixel -> Float in
            pixel.row >= 4 * pixel.channel ? 1 : 0
        }
        return ForecastTargets(
            frames: frames, pictures: copies * (1 - changed) + others * changed,
            pictureWeights: Tensor(shape: [batch, 1, 1, Self.pictures.count], scalars: known),
            maps: maps, mapWeights: mapWeights)
    }
}

/// Frames with the targets of a forecaster; the shapes and ranges are those of the library's
/// `ForecastBatch`, which only its recipe makes.
private struct ForecastTargets {
    let frames: Tensor<Float>
    let pictures: Tensor<Float>
    let pictureWeights: Tensor<Float>
    let maps: Tensor<Float>
    let mapWeights: Tensor<Float>
}
