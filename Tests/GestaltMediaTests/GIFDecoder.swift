/// A small GIF reader for the tests: what our writer makes, nothing more.
struct GIFDecoder {
    private(set) var width = 0
    private(set) var height = 0
    private(set) var frames: [[UInt8]] = []
    /// Hundredths of a second of each frame.
    private(set) var delays: [Int] = []
    private(set) var repeats = false
    private var place = 0
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        precondition(bytes.starts(with: "GIF89a".utf8))
        place = 6
        (width, height) = (word(), word())
        let flags = next()
        place += 2
        let global = flags & 0x80 != 0 ? colors(flags) : []
        while true {
            switch next() {
            case 0x21: readExtension()
            case 0x2C: readFrame(global)
            default: return
            }
        }
    }

    private mutating func next() -> UInt8 {
        place += 1
        return bytes[place - 1]
    }

    private mutating func word() -> Int { Int(next()) + Int(next()) << 8 }

    private mutating func colors(_ flags: UInt8) -> [[UInt8]] {
        (0..<(2 << Int(flags & 7))).map { _ in [next(), next(), next()] }
    }

    private mutating func blocks() -> [UInt8] {
        var data: [UInt8] = []
        while case let count = Int(next()), count > 0 {
            data += bytes[place..<(place + count)]
            place += count
        }
        return data
    }

    private mutating func readExtension() {
        let kind = next()
        let data = blocks()
        if kind == 0xF9 { delays.append(Int(data[1]) + Int(data[2]) << 8) }
        if kind == 0xFF && data.starts(with: "NETSCAPE2.0".utf8) { repeats = true }
    }

    private mutating func readFrame(_ global: [[UInt8]]) {
        place += 8
        let flags = next()
        let palette = flags & 0x80 != 0 ? colors(flags) : global
        let codeBits = Int(next())
        let indices = Self.unpack(blocks(), codeBits: codeBits)
        frames.append(indices.flatMap { palette[Int($0)] })
    }

    /// LZW with codes of growing width, lowest bit first.
    static func unpack(_ data: [UInt8], codeBits: Int) -> [UInt8] {
        let clear = 1 << codeBits
        var table: [[UInt8]] = []
        var previous: [UInt8]?
        var result: [UInt8] = []
        var (bits, position) = (codeBits + 1, 0)
        while position + bits <= data.count * 8 {
            let code = (0..<bits).reduce(0) { sum, bit in
                sum | Int(data[(position + bit) / 8] >> UInt8((position + bit) % 8) & 1) << bit
            }
            position += bits
            if code == clear + 1 { break }
            if code == clear {
                table = (0..<clear).map { [UInt8($0)] } + [[], []]
                (bits, previous) = (codeBits + 1, nil)
                continue
            }
            let known = code < table.count ? table[code] : (previous ?? []) + [(previous ?? [0])[0]]
            result += known
            if let previous, table.count < 4096 { table.append(previous + [known[0]]) }
            if table.count == 1 << bits && bits < 12 { bits += 1 }
            previous = known
        }
        return result
    }
}
