import GestaltChecks
import GestaltMedia
import GestaltTensor

/// One definite change of a picture: where each pixel comes from, and what becomes of its color.
///
/// In order: the picture is magnified and turned about the center of the result, shifted, cut out,
/// mirrored; then saturation, hue, contrast and brightness change, then come blur, noise and
/// hidden rectangles. Masks and maps only move.
public struct Transformation: Sendable, Hashable {
    /// The size of the result.
    public var height: Int
    public var width: Int
    /// Mirrored left to right, after cutting out.
    public var isFlipped = false
    /// The position of the result's first row and column in the picture; may be beyond its edges.
    public var row = 0
    public var column = 0
    /// The magnification about the center.
    public var scale: Float = 1
    /// The rotation about the center, in degrees counterclockwise.
    public var rotation: Float = 0
    public var brightness: Float = 0
    public var contrast: Float = 1
    public var saturation: Float = 1
    /// The rotation of hues, in degrees.
    public var hue: Float = 0
    /// The standard deviation of a Gaussian blur in pixels; 0 for none.
    public var blur: Float = 0
    /// The standard deviation of Gaussian noise in steps of 255; 0 for none.
    public var noise: Float = 0
    /// The seed of the noise.
    public var noiseSeed: UInt64 = 0
    /// Rectangles of the result that are filled with the mean color of their picture; masks keep
    /// their labels there.
    public var cutOuts: [PixelRegion] = []

    /// Whether pixels come from between those of the picture.
    public var isResampled: Bool { scale != 1 || rotation != 0 }

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

    /// The interpolation between the pixels of a map.
    public enum Sampling: Sendable {
        /// The weighted mean of the four nearest pixels, for continuous maps: depth, distances,
        /// probabilities.
        case bilinear
        /// The nearest pixel, for maps of labels.
        case nearest
    }

    /// Maps `[…, H, W, K]` moved as the frames are, `[…, height, width, K]`, and not recolored.
    ///
    /// Numbers that are directions in the picture are moved, not turned or mirrored.
    public func maps(_ maps: Tensor<Float>, sampling: Sampling = .bilinear) -> Tensor<Float> {
        require(
            maps.rank >= 3 && maps.count > 0,
            "Transformation.maps: \(maps.shape), expected […, H, W, K]")
        var shape = maps.shape
        let (rows, columns, channels) = (shape[-3], shape[-2], shape[-1])
        (shape[-3], shape[-2]) = (height, width)
        return maps.withScalars { source in
            Tensor<Float>(uninitialized: shape) { target in
                let pictures = source.count / (rows * columns * channels)
                guard !isResampled else {
                    let affine = AffineSampling(self, rows: rows, columns: columns)
                    forEachPicture(source, target, pictures) {
                        switch sampling {
                        case .bilinear: affine.writeBilinear($0, to: $1, channels: channels)
                        case .nearest: affine.writeNearest($0, to: $1, channels: channels)
                        }
                    }
                    return
                }
                var place = 0
                forEachSource(pictures: pictures, rows, columns) { pixel in
                    for channel in 0..<channels {
                        target[place + channel] = source[pixel * channels + channel]
                    }
                    place += channels
                }
            }
        }
    }

    func write(
        frames source: UnsafeBufferPointer<UInt8>, rows: Int, columns: Int,
        to target: UnsafeMutableBufferPointer<Float>
    ) {
        let table = PixelScale.centered
        let pictures = source.count / (rows * columns * 3)
        if isResampled {
            let affine = AffineSampling(self, rows: rows, columns: columns)
            let size = rows * columns * 3
            withUnsafeTemporaryAllocation(of: Float.self, capacity: size) { centered in
                guard let numbers = centered.baseAddress else { return }
                forEachPicture(source, target, pictures) { bytes, result in
                    for index in 0..<size { numbers[index] = table[Int(bytes[index])] }
                    affine.writeBilinear(numbers, to: result, channels: 3)
                }
            }
        } else {
            var place = 0
            forEachSource(pictures: pictures, rows, columns) { pixel in
                target[place] = table[Int(source[pixel * 3])]
                target[place + 1] = table[Int(source[pixel * 3 + 1])]
                target[place + 2] = table[Int(source[pixel * 3 + 2])]
                place += 3
            }
        }
        Recoloring(self)?.apply(to: target)
        degrade(target)
    }

    func write(
        masks source: UnsafeBufferPointer<UInt8>, rows: Int, columns: Int,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) {
        let pictures = source.count / (rows * columns)
        guard !isResampled else {
            let affine = AffineSampling(self, rows: rows, columns: columns)
            forEachPicture(source, target, pictures) {
                affine.writeNearest($0, to: $1, channels: 1)
            }
            return
        }
        var place = 0
        forEachSource(pictures: pictures, rows, columns) { pixel in
            target[place] = source[pixel]
            place += 1
        }
    }

    /// Calls `body` with the beginnings of every picture and of its result.
    @inline(__always)
    private func forEachPicture<From, To>(
        _ source: UnsafeBufferPointer<From>, _ target: UnsafeMutableBufferPointer<To>,
        _ pictures: Int, _ body: (UnsafePointer<From>, UnsafeMutablePointer<To>) -> Void
    ) {
        guard let first = source.baseAddress, let result = target.baseAddress else { return }
        for picture in 0..<pictures {
            body(
                first + picture * (source.count / pictures),
                result + picture * (target.count / pictures))
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
}
