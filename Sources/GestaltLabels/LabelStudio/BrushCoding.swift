import GestaltTensor

/// The run-length coding of Label Studio's brush: the bytes red, green, blue and alpha of all
/// pixels, row by row, as groups of equal or literal bytes in a stream of bits.
///
/// The stream: 32 bits number of bytes, 5 bits word size − 1, four times 4 bits of a size − 1,
/// then groups of one bit (1 for a run), two bits that choose one of the sizes, the length − 1 in
/// as many bits, and the byte, or as many bytes. A pixel is inside where its alpha is above 0.
enum BrushCoding {
    struct Fault: Error {
        let message: String
    }

    /// Returns the mask of a picture. Memory is asked for only after the stated number of bytes is
    /// known to be that of the picture.
    static func mask(_ bytes: [UInt8], size: PictureSize) throws(Fault) -> RunLengthMask {
        var bits = BitReader(bytes)
        let count = try bits.read(32)
        let expected = 4 * size.pixelCount
        guard count == expected else {
            throw Fault(
                message: "the brush has \(count) values; \(size) pixels have \(expected)")
        }
        let wordSize = try bits.read(5) + 1
        guard wordSize == 8 else {
            throw Fault(message: "the brush has words of \(wordSize) bits; 8 are expected")
        }
        var sizes: [Int] = []
        for _ in 0..<4 { sizes.append(try bits.read(4) + 1) }
        var pixels = [Bool](repeating: false, count: size.pixelCount)
        var place = 0
        while place < count {
            let isRun = try bits.read(1) == 1
            let length = try bits.read(sizes[bits.read(2)]) + 1
            guard length <= count - place else {
                throw Fault(message: "the brush has more than its \(count) values")
            }
            if isRun {
                if try bits.read(8) > 0 {
                    // Alpha is every fourth byte.
                    for pixel in (place / 4)..<((place + length) / 4) { pixels[pixel] = true }
                }
            } else {
                for value in place..<(place + length) {
                    let byte = try bits.read(8)
                    if value % 4 == 3 && byte > 0 { pixels[value / 4] = true }
                }
            }
            place += length
        }
        return RunLengthMask(size: size, rows: pixels) { $0 }
    }

    /// Returns the coding of a mask, with runs only.
    static func bytes(of mask: RunLengthMask) -> [UInt8] {
        var bits = BitWriter()
        bits.write(4 * mask.size.pixelCount, 32)
        bits.write(7, 5)
        let sizes = [3, 6, 10, 16]
        for size in sizes { bits.write(size - 1, 4) }
        mask.bitmap.withScalars { pixels in
            var place = 0
            while place < pixels.count {
                var end = place + 1
                // The longest run has 2^16 bytes.
                while end < pixels.count, pixels[end] == pixels[place], end - place < 1 << 14 {
                    end += 1
                }
                let length = 4 * (end - place)
                let choice = sizes.firstIndex { length <= 1 << $0 } ?? 3
                bits.write(1, 1)
                bits.write(choice, 2)
                bits.write(length - 1, sizes[choice])
                bits.write(pixels[place] == 0 ? 0 : 255, 8)
                place = end
            }
        }
        return bits.bytes
    }
}

/// Numbers in a stream of bits, the highest bit first.
private struct BitReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func read(_ count: Int) throws(BrushCoding.Fault) -> Int {
        guard place + count <= 8 * bytes.count else {
            throw BrushCoding.Fault(message: "the brush ends too early")
        }
        var value = 0
        var left = count
        while left > 0 {
            let used = place % 8
            let step = min(left, 8 - used)
            let bits = Int(bytes[place / 8]) >> (8 - used - step) & (1 << step - 1)
            value = value << step | bits
            place += step
            left -= step
        }
        return value
    }
}

private struct BitWriter {
    private(set) var bytes: [UInt8] = []
    private var used = 8

    mutating func write(_ value: Int, _ count: Int) {
        var left = count
        while left > 0 {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            let step = min(left, 8 - used)
            let bits = value >> (left - step) & (1 << step - 1)
            bytes[bytes.count - 1] |= UInt8(bits << (8 - used - step))
            used += step
            left -= step
        }
    }
}
