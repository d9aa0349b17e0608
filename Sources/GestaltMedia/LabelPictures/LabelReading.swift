import GestaltTensor

extension LabelPicture {
    /// Interprets the samples of a file.
    init(
        _ samples: StoredSamples, colors: LabelColors?, path: String
    ) throws(MediaError) {
        self.path = path
        height = samples.height
        width = samples.width
        palette = samples.isPalette ? samples.palette : []
        switch samples.values {
        case .bytes(let values):
            (encoding, storage) = try Self.interpret(
                values, samples, colors, path: path
            ) { .bytes($0) }
        case .wide(let values):
            (encoding, storage) = try Self.interpret(
                values, samples, colors, path: path
            ) { .wide($0) }
        }
    }

    private static func interpret<Sample: FixedWidthInteger>(
        _ values: [Sample], _ samples: StoredSamples, _ colors: LabelColors?, path: String,
        _ store: ([Sample]) -> Storage
    ) throws(MediaError) -> (Encoding, Storage) {
        let channels = samples.channels
        if channels % 2 == 0 { try checkAlpha(values, channels, path: path) }
        if let colors, channels < 3 {
            let seen = shown(every(channels, of: values), samples)
            return try interpret(seen.values, seen.samples, colors, path: path) { .bytes($0) }
        }
        if samples.isPalette {
            return (.palette, store(every(channels, of: values)))
        }
        if channels < 3 {
            return (.gray(bits: samples.bits), store(every(channels, of: values)))
        }
        var isGray = true
        for place in stride(from: 0, to: values.count, by: channels) where isGray {
            let red = values[place]
            isGray = red == values[place + 1] && red == values[place + 2]
        }
        if isGray && colors == nil {
            return (.equalChannels, store(every(channels, of: values)))
        }
        let table = colors ?? .voc
        let ids = try lookUp(
            values, channels, table, isGiven: colors != nil, bits: samples.bits, path: path)
        let isSmall = ids.allSatisfy { (0...255).contains($0) }
        return (.colors(table.name), isSmall ? .bytes(ids.map { UInt8($0) }) : .wide(ids))
    }

    /// Returns the colors displayed for gray or indices, since a specified table refers to colors.
    private static func shown<Sample: FixedWidthInteger>(
        _ values: [Sample], _ samples: StoredSamples
    ) -> (values: [UInt8], samples: StoredSamples) {
        let largest: Int = (1 << samples.bits) - 1
        var colors: [UInt8] = []
        colors.reserveCapacity(3 * values.count)
        for value in values {
            if samples.isPalette {
                let index = Int(value)
                colors += (index < samples.palette.count ? samples.palette[index] : .black).bytes
            } else {
                let gray = UInt8(clamping: (Int(value) * 255 + largest / 2) / largest)
                colors += [gray, gray, gray]
            }
        }
        return (
            colors,
            StoredSamples(
                height: samples.height, width: samples.width, channels: 3, values: .bytes(colors),
                bits: 8, isPalette: false, palette: [])
        )
    }

    private static func every<Sample>(_ channels: Int, of values: [Sample]) -> [Sample] {
        channels == 1 ? values : stride(from: 0, to: values.count, by: channels).map { values[$0] }
    }

    /// Checks the alpha channel: a mask or soft edges in it would be lost silently.
    private static func checkAlpha<Sample: FixedWidthInteger>(
        _ values: [Sample], _ channels: Int, path: String
    ) throws(MediaError) {
        guard let first = values.dropFirst(channels - 1).first else { return }
        for place in stride(from: channels - 1, to: values.count, by: channels)
        where values[place] != first {
            throw .unsupported(
                path: path,
                expected: "labels with the same alpha everywhere (flatten the picture before "
                    + "storing it, or store the alpha channel as gray if it is the mask)",
                found: "alpha \(first) and \(values[place])")
        }
    }

    private static func lookUp<Sample: FixedWidthInteger>(
        _ values: [Sample], _ channels: Int, _ table: LabelColors, isGiven: Bool, bits: Int,
        path: String
    ) throws(MediaError) -> [Int32] {
        let ids = Dictionary(
            uniqueKeysWithValues: table.ids.map { (key($0.red, $0.green, $0.blue), Int32($1)) })
        // 8-bit values scaled to 16 bits have two equal bytes.
        let isWide = bits == 16
        var result: [Int32] = []
        result.reserveCapacity(values.count / channels)
        var unknown: [UInt64] = []
        var last: (key: UInt64, id: Int32)?
        for place in stride(from: 0, to: values.count, by: channels) {
            let color = key(values[place], values[place + 1], values[place + 2])
            if let last, last.key == color {
                result.append(last.id)
                continue
            }
            let id = ids[isWide ? narrowed(color) ?? color : color]
            if id == nil && !unknown.contains(color) { unknown.append(color) }
            if unknown.count > 5 { break }
            last = (color, id ?? 0)
            result.append(id ?? 0)
        }
        if unknown.isEmpty { return result }
        throw strangers(unknown, table, isGiven: isGiven, digits: isWide ? 4 : 2, path: path)
    }

    private static func strangers(
        _ colors: [UInt64], _ table: LabelColors, isGiven: Bool, digits: Int, path: String
    ) -> MediaError {
        let names = colors.prefix(5).map { color in
            "#"
                + [32, 16, 0].map { shift in
                    let text = String(color >> UInt64(shift) & 0xFFFF, radix: 16)
                    return String(repeating: "0", count: max(0, digits - text.count)) + text
                }.joined()
        }
        let advice =
            isGiven
            ? "colors of \(table.name)"
            : "label ids: a gray or palette picture, or RGB with three equal channels or the "
                + "colors of the VOC color map (store the ids as gray, or give a table from color "
                + "to id)"
        return .unsupported(
            path: path, expected: advice,
            found: "the colors " + names.joined(separator: ", ") + (colors.count > 5 ? ", …" : ""))
    }

    private static func key<Sample: FixedWidthInteger>(
        _ red: Sample, _ green: Sample, _ blue: Sample
    ) -> UInt64 {
        UInt64(truncatingIfNeeded: red) << 32 | UInt64(truncatingIfNeeded: green) << 16
            | UInt64(truncatingIfNeeded: blue)
    }

    private static func narrowed(_ color: UInt64) -> UInt64? {
        let low = color & 0x00FF_00FF_00FF
        return color >> 8 & 0x00FF_00FF_00FF == low ? low : nil
    }
}
