import GestaltTensor

/// At most 256 representative colors of some images.
///
/// Up to 256 distinct colors are kept unchanged. More are grouped: starting with one box around
/// all, the box with the largest squared error is cut at its mean across its widest channel (by
/// variance) until there are 256; each box yields its mean color. Source: Heckbert, *Color image
/// quantization for frame buffer display* (1982), with the variance rule of Wu (1991).
struct Palette {
    /// Red, green and blue of each color; 1 to 256 colors.
    let colors: [SIMD3<Float>]
    // The nearest color by the upper six bits of each channel, −1 if not yet computed.
    private var nearest = [Int16](repeating: -1, count: 1 << 18)
    // The exact colors, if they are few.
    private let exact: [UInt32: UInt8]

    /// - Parameter pixels: RGB bytes; at least one pixel.
    init(_ pixels: ArraySlice<UInt8>) {
        if let few = Self.distinct(pixels) {
            colors = few.map { SIMD3(Float($0 >> 16), Float($0 >> 8 & 0xFF), Float($0 & 0xFF)) }
            exact = Dictionary(
                uniqueKeysWithValues: few.enumerated().map { ($1, UInt8($0)) })
        } else {
            colors = Self.boxes(Self.histogram(pixels)).map { SIMD3<Float>($0.mean) }
            exact = [:]
        }
    }

    /// The number of bits of a color index: 1 to 8.
    var bits: Int { max(1, Int.bitWidth - (colors.count - 1).leadingZeroBitCount) }

    /// 2^`bits` colors of three bytes, padded with black.
    var bytes: [UInt8] {
        var bytes = colors.flatMap { color in
            (0..<3).map { UInt8(color[$0].rounded()) }
        }
        bytes += [UInt8](repeating: 0, count: 3 << bits - bytes.count)
        return bytes
    }

    /// Returns the color index of every pixel of RGB bytes.
    mutating func indices(_ pixels: ArraySlice<UInt8>, width: Int, dithered: Bool) -> [UInt8] {
        let start = pixels.startIndex
        return (0..<(pixels.count / 3)).map { place in
            let at = start + 3 * place
            let (r, g, b) = (pixels[at], pixels[at + 1], pixels[at + 2])
            if !exact.isEmpty, let index = exact[Self.key(r, g, b)] { return index }
            let shift = dithered ? Self.threshold(x: place % width, y: place / width) : 0
            return index(r, g, b, shift: shift)
        }
    }

    private mutating func index(_ r: UInt8, _ g: UInt8, _ b: UInt8, shift: Int) -> UInt8 {
        func cell(_ value: UInt8) -> Int { min(255, max(0, Int(value) + shift)) >> 2 }
        let key = cell(r) << 12 | cell(g) << 6 | cell(b)
        if nearest[key] >= 0 { return UInt8(nearest[key]) }
        let color = SIMD3<Float>(Float(cell(r)), Float(cell(g)), Float(cell(b))) * 4 + 1.5
        var best = (index: 0, distance: Float.infinity)
        for (index, candidate) in colors.enumerated() {
            let difference = candidate - color
            let distance = (difference * difference).sum()
            if distance < best.distance { best = (index, distance) }
        }
        nearest[key] = Int16(best.index)
        return UInt8(best.index)
    }

    /// Returns an element of Bayer's 8 × 8 matrix, scaled to −8 … 7: about the distance of
    /// neighbors among 256 colors of a natural image.
    private static func threshold(x: Int, y: Int) -> Int {
        var value = 0
        for bit in 0..<3 {
            let (a, b) = (x >> bit & 1, y >> bit & 1)
            value |= (a ^ b) << (5 - 2 * bit) | b << (4 - 2 * bit)
        }
        return value / 4 - 8
    }

    private static func key(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> UInt32 {
        UInt32(r) << 16 | UInt32(g) << 8 | UInt32(b)
    }

    /// Returns the distinct colors in ascending order, nil if there are more than 256.
    private static func distinct(_ pixels: ArraySlice<UInt8>) -> [UInt32]? {
        var seen: Set<UInt32> = []
        for at in stride(from: pixels.startIndex, to: pixels.endIndex, by: 3) {
            seen.insert(key(pixels[at], pixels[at + 1], pixels[at + 2]))
            if seen.count > 256 { return nil }
        }
        return seen.sorted()
    }
}

extension Palette {
    /// A bin of colors with equal upper five bits of each channel. Sums of bytes are exact in
    /// double precision; in single they are not beyond 2²⁴, 66 thousand white pixels.
    struct Bin {
        var count: Double = 0
        var sum = SIMD3<Double>.zero
    }

    /// Returns the nonempty bins.
    private static func histogram(_ pixels: ArraySlice<UInt8>) -> [Bin] {
        var bins = [Bin](repeating: Bin(), count: 1 << 15)
        for at in stride(from: pixels.startIndex, to: pixels.endIndex, by: 3) {
            let (r, g, b) = (pixels[at], pixels[at + 1], pixels[at + 2])
            let place = Int(r >> 3) << 10 | Int(g >> 3) << 5 | Int(b >> 3)
            bins[place].count += 1
            bins[place].sum += SIMD3(Double(r), Double(g), Double(b))
        }
        return bins.filter { $0.count > 0 }
    }

    private static func boxes(_ bins: [Bin]) -> [Box] {
        var boxes = [Box(bins)]
        while boxes.count < 256 {
            guard let worst = boxes.indices.max(by: { boxes[$0].error < boxes[$1].error }),
                let (low, high) = boxes[worst].halves()
            else { break }
            boxes[worst] = low
            boxes.append(high)
        }
        return boxes
    }

    /// A group of bins.
    struct Box {
        let bins: [Bin]
        let mean: SIMD3<Double>
        /// The summed squared distance to the mean, by channel.
        let spread: SIMD3<Double>
        var error: Double { bins.count < 2 ? 0 : spread.sum() }

        init(_ bins: [Bin]) {
            self.bins = bins
            let count = bins.reduce(0) { $0 + $1.count }
            let mean = bins.reduce(SIMD3<Double>.zero) { $0 + $1.sum } / count
            self.mean = mean
            spread = bins.reduce(SIMD3<Double>.zero) { total, bin in
                let distance = bin.sum / bin.count - mean
                return total + distance * distance * bin.count
            }
        }

        /// Returns both sides of the mean along the channel with the largest spread.
        func halves() -> (Box, Box)? {
            guard error > 0 else { return nil }
            let axis = (0..<3).max { spread[$0] < spread[$1] } ?? 0
            let low = bins.filter { $0.sum[axis] / $0.count <= mean[axis] }
            let high = bins.filter { $0.sum[axis] / $0.count > mean[axis] }
            return low.isEmpty || high.isEmpty ? nil : (Box(low), Box(high))
        }
    }
}
