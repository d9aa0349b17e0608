/// Pixels of 16, 24 and 32 bits.
struct BMPColors {
    private let header: BMPHeader

    init(_ header: BMPHeader) { self.header = header }

    func pixels(_ bytes: [UInt8]) throws(MediaError) -> Pixels {
        let fields = header.masks.map(Field.init)
        let channels = header.bits == 32 && header.masks[3] != 0 ? 4 : 3
        let size = header.bits / 8
        let step = (header.width * size + 3) / 4 * 4
        let needed = header.pixelStart + step * (header.height - 1) + header.width * size
        guard header.pixelStart >= 26, needed <= bytes.count else {
            throw header.malformed("\(needed) bytes", "\(bytes.count)")
        }
        var result: [UInt8] = []
        result.reserveCapacity(header.width * header.height * channels)
        for row in 0..<header.height {
            let line = header.isTopDown ? row : header.height - 1 - row
            var place = header.pixelStart + step * line
            for _ in 0..<header.width {
                if size == 3 {
                    result.append(bytes[place + 2])
                    result.append(bytes[place + 1])
                    result.append(bytes[place])
                } else {
                    let pixel = UInt32(BMPHeader.number(bytes, place, size))
                    for channel in 0..<channels { result.append(fields[channel].value(of: pixel)) }
                }
                place += size
            }
        }
        return Pixels(
            height: header.height, width: header.width, channels: channels, bytes: result)
    }

    /// A bit field of a pixel, converted to a byte: scaled if it has fewer than eight bits, as in
    /// Pillow.
    private struct Field {
        let mask: UInt32
        let shift: UInt32
        let largest: UInt32

        init(_ mask: UInt32) {
            self.mask = mask
            shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
            largest = mask >> shift
        }

        func value(of pixel: UInt32) -> UInt8 {
            if mask == 0 { return 0 }
            return UInt8(UInt64(pixel & mask) >> UInt64(shift) * 255 / UInt64(largest))
        }
    }
}

/// Palette indices of 1, 4 and 8 bits, plain or run-length coded.
struct BMPIndices {
    private let header: BMPHeader

    init(_ header: BMPHeader) { self.header = header }

    /// Returns one byte per pixel, rows from top to bottom. Pixels skipped by runs are 0.
    func read(_ bytes: [UInt8]) throws(MediaError) -> [UInt8] {
        var indices = [UInt8](repeating: 0, count: header.width * header.height)
        if header.compression == .none {
            try unpack(bytes, into: &indices)
        } else {
            try unroll(bytes, into: &indices)
        }
        return indices
    }

    /// Returns the start of row `line` of the file in the image.
    private func start(_ line: Int) -> Int {
        header.width * (header.isTopDown ? line : header.height - 1 - line)
    }

    private func unpack(_ bytes: [UInt8], into indices: inout [UInt8]) throws(MediaError) {
        let used = (header.width * header.bits + 7) / 8
        let step = (used + 3) / 4 * 4
        let needed = header.pixelStart + step * (header.height - 1) + used
        guard header.pixelStart >= 26, needed <= bytes.count else {
            throw header.malformed("\(needed) bytes", "\(bytes.count)")
        }
        let perByte = 8 / header.bits
        let mask = UInt8(truncatingIfNeeded: 1 << header.bits - 1)
        for line in 0..<header.height {
            let source = header.pixelStart + step * line
            let target = start(line)
            for column in 0..<header.width {
                let shift = 8 - header.bits * (column % perByte + 1)
                indices[target + column] = bytes[source + column / perByte] >> UInt8(shift) & mask
            }
        }
    }

    /// Decodes RLE8 and RLE4: a count and a value, or 0 and the end of a row (0), of the image (1),
    /// a step (2) or a number of plain values.
    private func unroll(_ bytes: [UInt8], into indices: inout [UInt8]) throws(MediaError) {
        let isHalf = header.compression == .runs4
        var (x, line, place) = (0, 0, header.pixelStart)
        func put(_ index: UInt8) {
            if x < header.width && line < header.height { indices[start(line) + x] = index }
            x += 1
        }
        while line < header.height {
            guard place >= 26, place + 1 < bytes.count else {
                throw header.malformed("runs until the end of the picture", "the end of the data")
            }
            let (count, value) = (Int(bytes[place]), bytes[place + 1])
            place += 2
            if count > 0 {
                for step in 0..<count {
                    put(!isHalf ? value : step % 2 == 0 ? value >> 4 : value & 15)
                }
                continue
            }
            switch value {
            case 0: (x, line) = (0, line + 1)
            case 1: return
            case 2:
                guard place + 1 < bytes.count else { continue }
                x += Int(bytes[place])
                line += Int(bytes[place + 1])
                place += 2
            default:
                let used = isHalf ? (Int(value) + 1) / 2 : Int(value)
                guard place + used <= bytes.count else {
                    throw header.malformed("\(value) plain values", "the end of the data")
                }
                for step in 0..<Int(value) {
                    let byte = bytes[place + (isHalf ? step / 2 : step)]
                    put(!isHalf ? byte : step % 2 == 0 ? byte >> 4 : byte & 15)
                }
                place += (used + 1) / 2 * 2
            }
        }
    }
}
