import GestaltChecks
import GestaltMedia
import GestaltTensor

/// One definite change of a picture: where each pixel comes from, and what becomes of its color.
public struct Transformation: Sendable, Hashable {
    /// The size of the result.
    public var height: Int
    public var width: Int
    /// Mirrored left to right, after cutting out.
    public var isFlipped = false
    /// The position of the result's first row and column in the picture; may be beyond its edges.
    public var row = 0
    public var column = 0
    public var brightness: Float = 0
    public var contrast: Float = 1
    public var saturation: Float = 1

    /// The upper left `height` × `width` pixels, unchanged.
    ///
    /// - Precondition: sizes are positive.
    public init(height: Int, width: Int) {
        require(height > 0 && width > 0, "Transformation(\(height), \(width))")
        self.height = height
        self.width = width
    }

    /// Frames `[…, H, W, 3]` as bytes to numbers −0.5…0.5, `[…, height, width, 3]`.
    public func frames(_ frames: Tensor<UInt8>) -> Tensor<Float> {
        require(
            frames.rank >= 3 && frames.shape[-1] == 3,
            "Transformation.frames: \(frames.shape), expected […, H, W, 3]")
        var shape = frames.shape
        let (rows, columns) = (shape[-3], shape[-2])
        (shape[-3], shape[-2]) = (height, width)
        return frames.withScalars { source in
            Tensor<Float>(uninitialized: shape) { target in
                write(frames: source, rows: rows, columns: columns, to: target)
            }
        }
    }

    /// Masks `[…, H, W]` moved as the frames are, `[…, height, width]`; no id is changed.
    public func masks(_ masks: Tensor<UInt8>) -> Tensor<UInt8> {
        require(
            masks.rank >= 2, "Transformation.masks: \(masks.shape), expected […, H, W]")
        var shape = masks.shape
        let (rows, columns) = (shape[-2], shape[-1])
        (shape[-2], shape[-1]) = (height, width)
        return masks.withScalars { source in
            Tensor<UInt8>(uninitialized: shape) { target in
                write(masks: source, rows: rows, columns: columns, to: target)
            }
        }
    }

    func write(
        frames source: UnsafeBufferPointer<UInt8>, rows: Int, columns: Int,
        to target: UnsafeMutableBufferPointer<Float>
    ) {
        let table = PixelScale.centered
        var place = 0
        forEachSource(pictures: source.count / (rows * columns * 3), rows, columns) { pixel in
            target[place] = table[Int(source[pixel * 3])]
            target[place + 1] = table[Int(source[pixel * 3 + 1])]
            target[place + 2] = table[Int(source[pixel * 3 + 2])]
            place += 3
        }
        if brightness != 0 || contrast != 1 || saturation != 1 { recolor(target) }
    }

    func write(
        masks source: UnsafeBufferPointer<UInt8>, rows: Int, columns: Int,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) {
        var place = 0
        forEachSource(pictures: source.count / (rows * columns), rows, columns) { pixel in
            target[place] = source[pixel]
            place += 1
        }
    }

    /// Calls `body` with the source pixel of every pixel of the result, rows first.
    @inline(__always)
    private func forEachSource(
        pictures: Int, _ rows: Int, _ columns: Int, _ body: (Int) -> Void
    ) {
        let froms = (0..<width).map { x in
            min(
                max(column + (isFlipped ? Mirroring.source(of: x, width: width) : x), 0),
                columns - 1)
        }
        for picture in 0..<pictures {
            for y in 0..<height {
                let start = (picture * rows + min(max(row + y, 0), rows - 1)) * columns
                for from in froms { body(start + from) }
            }
        }
    }

    private func recolor(_ pixels: UnsafeMutableBufferPointer<Float>) {
        for start in stride(from: 0, to: pixels.count, by: 3) {
            let color = SIMD3(pixels[start], pixels[start + 1], pixels[start + 2])
            // Luma of ITU-R BT.601.
            let gray = 0.299 * color.x + 0.587 * color.y + 0.114 * color.z
            let vivid = gray + (color - gray) * saturation
            let changed = (vivid * contrast + brightness)
                .clamped(lowerBound: SIMD3(repeating: -0.5), upperBound: SIMD3(repeating: 0.5))
            for channel in 0..<3 { pixels[start + channel] = changed[channel] }
        }
    }
}
