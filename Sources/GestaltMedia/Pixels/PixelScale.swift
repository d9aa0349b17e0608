import GestaltTensor

/// The scale between bytes and the numbers that models see: `byte / 255 − 0.5`, from −0.5 to 0.5.
package enum PixelScale {
    /// The centered value of each byte; divided first, then shifted, in single precision.
    package static let centered: [Float] = (0..<256).map { Float($0) / 255 - 0.5 }
}

extension Tensor where Scalar == UInt8 {
    /// Returns bytes 0…255 as numbers −0.5…0.5, `byte / 255 − 0.5`; the shape stays.
    public func centeredPixels() -> Tensor<Float> {
        withScalars { bytes in
            Tensor<Float>(uninitialized: shape) { target in
                PixelScale.centered.withUnsafeBufferPointer { table in
                    parallelChunks(count: bytes.count, minimumChunk: parallelThreshold) { range in
                        for index in range { target[index] = table[Int(bytes[index])] }
                    }
                }
            }
        }
    }
}

extension Tensor where Scalar == Float {
    /// Returns numbers −0.5…0.5 as bytes, rounded to nearest; beyond that range, and NaN, clamped.
    public func pixelBytes() -> Tensor<UInt8> {
        withScalars { values in
            Tensor<UInt8>(uninitialized: shape) { target in
                parallelChunks(count: values.count, minimumChunk: parallelThreshold) { range in
                    for index in range {
                        let scaled = ((values[index] + 0.5) * 255).rounded()
                        target[index] = scaled > 0 ? UInt8(Swift.min(scaled, 255)) : 0
                    }
                }
            }
        }
    }
}
