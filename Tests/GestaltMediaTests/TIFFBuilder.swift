/// Makes uncompressed TIFF files by hand: any samples, byte order, strips, tiles, planes, pages.
struct TIFFBuilder {
    var width: Int
    var height: Int
    var bits = 8
    var samples = 1
    /// 0 gray from white, 1 gray, 2 RGB, 3 palette.
    var photometric = 1
    /// 1 unsigned, 2 signed, 3 floating point.
    var format = 1
    var isBig = false
    var isPlanar = false
    var orientation: Int?
    var extraSamples: [Int] = []
    var colorMap: [Int] = []
    /// Tiles of this size, instead of one strip.
    var tile: (width: Int, height: Int)?
    /// Strips, or tiles.
    var blocks: [[UInt8]]
    var compression = 1

    var bytes: [UInt8] { Self.file([self]) }

    /// Several pages.
    static func file(_ pages: [TIFFBuilder]) -> [UInt8] {
        let first = pages[0]
        var file = (first.isBig ? [0x4D, 0x4D] : [0x49, 0x49]) + first.number(42, 2)
        file += first.number(8, 4)
        for (index, page) in pages.enumerated() {
            file += page.directory(at: file.count, isLast: index == pages.count - 1)
        }
        return file
    }

    /// The directory and, behind it, what does not fit in it and the pixels.
    private func directory(at start: Int, isLast: Bool) -> [UInt8] {
        var fields: [(tag: Int, type: Int, values: [Int])] = [
            (256, 4, [width]), (257, 4, [height]), (258, 3, Array(repeating: bits, count: samples)),
            (259, 3, [compression]), (262, 3, [photometric]),
        ]
        let lengths = blocks.map(\.count)
        if tile == nil { fields.append((273, 4, blocks.map { _ in 0 })) }
        if let orientation { fields.append((274, 3, [orientation])) }
        fields.append((277, 3, [samples]))
        if tile == nil { fields += [(278, 4, [height]), (279, 4, lengths)] }
        fields.append((284, 3, [isPlanar ? 2 : 1]))
        if !colorMap.isEmpty { fields.append((320, 3, colorMap)) }
        if let tile {
            fields += [
                (322, 4, [tile.width]), (323, 4, [tile.height]), (324, 4, blocks.map { _ in 0 }),
                (325, 4, lengths),
            ]
        }
        if !extraSamples.isEmpty { fields.append((338, 3, extraSamples)) }
        fields.append((339, 3, Array(repeating: format, count: samples)))

        let size = 2 + 12 * fields.count + 4
        func byteCount(_ field: (tag: Int, type: Int, values: [Int])) -> Int {
            field.values.count * (field.type == 3 ? 2 : 4)
        }
        let outside = fields.map(byteCount).filter { $0 > 4 }.reduce(0, +)
        var pixels = start + size + outside
        let offsets = blocks.map { block in
            defer { pixels += block.count }
            return pixels
        }
        var (entries, rest) = (number(fields.count, 2), [UInt8]())
        for field in fields {
            let values = [273, 324].contains(field.tag) ? offsets : field.values
            let data = values.flatMap { number($0, field.type == 3 ? 2 : 4) }
            entries += number(field.tag, 2) + number(field.type, 2) + number(values.count, 4)
            if data.count > 4 {
                entries += number(start + size + rest.count, 4)
                rest += data
            } else {
                entries += data + [UInt8](repeating: 0, count: 4 - data.count)
            }
        }
        return entries + number(isLast ? 0 : pixels, 4) + rest + blocks.flatMap { $0 }
    }

    func number(_ value: Int, _ count: Int) -> [UInt8] {
        let low = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBig ? low.reversed() : low
    }
}
