import GestaltChecks
import GestaltTensor

/// Between bytes and the numbers that models see: `byte / 255 − 0.5`, from −0.5 to 0.5.
enum PixelScale {
    /// The centered value of each byte; divided first, then shifted, in single precision.
    static let centered: [Float] = (0..<256).map { Float($0) / 255 - 0.5 }
}

extension Tensor where Scalar == UInt8 {
    /// Bytes 0…255 as numbers −0.5…0.5; the shape stays.
    public func centeredPixels() -> Tensor<Float> {
        let table = PixelScale.centered
        return withScalars { bytes in
            Tensor<Float>(uninitialized: shape) { target in
                for index in bytes.indices { target[index] = table[Int(bytes[index])] }
            }
        }
    }
}

extension Tensor where Scalar == Float {
    /// Numbers −0.5…0.5 as bytes, rounded to nearest; beyond that range, and NaN, clamped.
    public func pixelBytes() -> Tensor<UInt8> {
        withScalars { values in
            Tensor<UInt8>(uninitialized: shape) { target in
                for index in values.indices {
                    let scaled = ((values[index] + 0.5) * 255).rounded()
                    target[index] = scaled > 0 ? UInt8(Swift.min(scaled, 255)) : 0
                }
            }
        }
    }
}
