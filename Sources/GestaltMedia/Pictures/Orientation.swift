/// The rotation and reflection from a stored image to the upright image: Exif's tag 0x0112.
///
/// Image readers apply it before any other conversion.
enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case flipped = 4
    case transposed = 5
    /// A quarter turn clockwise is required.
    case quarterClockwise = 6
    case transversed = 7
    case quarterCounterclockwise = 8

    /// Whether height and width are swapped.
    var isQuarter: Bool { rawValue >= 5 }

    /// Returns the samples of an image, row by row and channels last, in upright orientation.
    ///
    /// - Complexity: linear; nothing is copied when the image is already upright.
    func applied<Sample>(
        to samples: [Sample], height: Int, width: Int, channels: Int
    ) -> (samples: [Sample], height: Int, width: Int) {
        if self == .upright || samples.isEmpty { return (samples, height, width) }
        let (rows, columns) = isQuarter ? (width, height) : (height, width)
        // The stored position of the new upper left pixel, and the stored offsets of a step right
        // and down.
        let (start, right, down) = steps(height: height, width: width)
        let result = [Sample](unsafeUninitializedCapacity: samples.count) { target, count in
            samples.withUnsafeBufferPointer { source in
                var place = 0
                for row in 0..<rows {
                    var pixel = start + row * down
                    for _ in 0..<columns {
                        for channel in 0..<channels {
                            (target.baseAddress! + place).initialize(
                                to: source[pixel * channels + channel])
                            place += 1
                        }
                        pixel += right
                    }
                }
            }
            count = samples.count
        }
        return (result, rows, columns)
    }

    private func steps(height: Int, width: Int) -> (start: Int, right: Int, down: Int) {
        let last = height * width - 1
        return switch self {
        case .upright: (0, 1, width)
        case .mirrored: (width - 1, -1, width)
        case .upsideDown: (last, -1, -width)
        case .flipped: (last - width + 1, 1, -width)
        case .transposed: (0, width, 1)
        case .quarterClockwise: (last - width + 1, -width, 1)
        case .transversed: (last, -width, -1)
        case .quarterCounterclockwise: (width - 1, width, -1)
        }
    }
}

extension Pixels {
    /// Returns the image in upright orientation.
    func turned(_ orientation: Orientation) -> Pixels {
        if orientation == .upright { return self }
        let (samples, rows, columns) = orientation.applied(
            to: bytes, height: height, width: width, channels: channels)
        return Pixels(height: rows, width: columns, channels: channels, bytes: samples)
    }
}
