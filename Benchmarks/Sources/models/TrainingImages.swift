import GestaltTensor
import Harness

/// Synthetic images of 64 × 64 for training steps, made by formulas that the peers evaluate, too.
struct TrainingImages {
    static let side = 64

    let batch: Int

    /// `[batch, 64, 64, 3]` in −0.5…0.5.
    var frames: Tensor<Float> { noise(channels: 3, seed: 5) }

    /// Uniform noise in −0.5…0.5, `[batch, 64, 64, channels]`.
    func noise(channels: Int, seed: UInt32) -> Tensor<Float> {
        sample([batch, Self.side, Self.side, channels], seed: seed) * 0.5
    }

    /// Returns the values of `formula` at all pixels, `[batch, 64, 64, channels]`.
    func map<Value: TensorScalar>(
        channels: Int, _ formula: (Pixel) -> Value
    ) -> Tensor<Value> {
        let side = Self.side
        var values: [Value] = []
        values.reserveCapacity(batch * side * side * channels)
        for image in 0..<batch {
            for place in 0..<side * side {
                for channel in 0..<channels {
                    let pixel = Pixel(
                        image: image, row: place / side, column: place % side, channel: channel)
                    values.append(formula(pixel))
                }
            }
        }
        return Tensor(shape: [batch, side, side, channels], scalars: values)
    }
}

/// The place of a number in a batch of images.
struct Pixel {
    let image: Int
    let row: Int
    let column: Int
    let channel: Int

    /// How far inside a disc in the middle of the image it lies: `r² − d²`, positive inside, with a
    /// radius r of `radius` pixels and one more for each image.
    func depth(inDisc radius: Int) -> Int {
        let (y, x) = (row - TrainingImages.side / 2, column - TrainingImages.side / 2)
        return (radius + image) * (radius + image) - y * y - x * x
    }
}
