import GestaltTensor
import TestSupport

/// A smooth picture `[height, width, channels]`.
func gradient(height: Int, width: Int, channels: Int) -> Tensor<UInt8> {
    var bytes: [UInt8] = []
    for y in 0..<height {
        for x in 0..<width {
            for channel in 0..<channels {
                let value = [
                    x * 255 / width, y * 255 / height, (x + y) * 127 / (width + height), 200,
                ]
                bytes.append(UInt8(value[channel]))
            }
        }
    }
    return Tensor(shape: [height, width, channels], scalars: bytes)
}

/// A picture `[height, width, channels]` of noise.
func noise(height: Int, width: Int, channels: Int, seed: UInt64) -> Tensor<UInt8> {
    var random = RandomStream(seed: seed)
    let bytes = (0..<(height * width * channels)).map { _ in
        UInt8.random(in: 0...255, using: &random)
    }
    return Tensor(shape: [height, width, channels], scalars: bytes)
}
