internal import CMedia

extension TIFFPages {
    /// Returns the page as bytes, upright.
    func pixels(
        _ info: gm_tiff_info, _ warnings: inout [MediaWarning]
    ) throws(MediaError) -> Pixels {
        let orientation = orientation(info, &warnings)
        guard info.is_direct != 0 else { return try colors(info).turned(orientation) }
        guard info.bits <= 16 && info.format != 3 && info.format != 2 else {
            let kind =
                info.format == 3 ? "floating-point" : info.format == 2 ? "signed" : "unsigned"
            throw unsupported(
                "a picture of unsigned samples of at most 16 bits",
                "\(kind) samples of \(info.bits) bits, whose range is not known")
        }
        let layout = try SampleLayout(info, self)
        let samples = try stored(info)
        let pixels =
            info.photometric == 3
            ? palette(samples, info, layout)
            : Pixels(
                height: Int(info.height), width: Int(info.width), channels: layout.channels,
                bytes: layout.picked(bytes(samples, info)))
        return (info.alpha == 1 ? divided(pixels) : pixels).turned(orientation)
    }

    /// Returns the page's samples, upright. Gray that counts from white is inverted, as in every
    /// viewer.
    func samples(
        _ info: gm_tiff_info, _ warnings: inout [MediaWarning]
    ) throws(MediaError) -> StoredSamples {
        guard info.is_direct != 0 && info.is_lossy == 0 else {
            throw unsupported(
                "labels as gray, palette or RGB samples without loss",
                info.is_lossy != 0 ? "JPEG compression" : "another color space")
        }
        let layout = try SampleLayout(info, self)
        let data = try stored(info)
        let largest = info.bits < 32 ? Int64(1) << Int64(info.bits) - 1 : Int64(UInt32.max)
        func turned(_ value: Int64) -> Int64 { info.photometric == 0 ? largest - value : value }
        let values: StoredSamples.Values
        if info.bits <= 8 && info.format != 2 {
            values = .bytes(
                layout.picked(data.map { UInt8(truncatingIfNeeded: turned(Int64($0))) }))
        } else {
            values = .wide(layout.picked(try whole(data, info).map { Int32(clamping: turned($0)) }))
        }
        return StoredSamples(
            height: Int(info.height), width: Int(info.width), channels: layout.channels,
            values: values, bits: Int(info.bits), isPalette: info.photometric == 3,
            palette: colorMap(info)
        ).turned(orientation(info, &warnings))
    }

    /// Converts samples of 16 and 32 bits, signed or floating point, to integers.
    private func whole(_ data: [UInt8], _ info: gm_tiff_info) throws(MediaError) -> [Int64] {
        func numbers<Sample: BinaryInteger & BitwiseCopyable>(_ type: Sample.Type) -> [Int64] {
            data.withUnsafeBytes { $0.bindMemory(to: Sample.self).map { Int64($0) } }
        }
        let values: [Int64]
        switch (info.bits, info.format) {
        case (8, 2): values = numbers(Int8.self)
        case (16, 2): values = numbers(Int16.self)
        case (32, 2): values = numbers(Int32.self)
        case (16, 1), (16, 4): values = numbers(UInt16.self)
        case (32, 1), (32, 4): values = numbers(UInt32.self)
        case (32, 3):
            let floats = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            // Beyond 2²⁴ not every integer is representable as a float. NaN is unequal to itself.
            if let odd = floats.first(where: { $0 != $0.rounded() || abs($0) > 16_777_216 }) {
                throw unsupported("label ids as whole numbers", "\(odd)")
            }
            values = floats.map { Int64($0) }
        default:
            throw unsupported(
                "labels of 1 to 32 bits", "samples of \(info.bits) bits, format \(info.format)")
        }
        if let large = values.first(where: { $0 > Int64(Int32.max) }) {
            throw unsupported("label ids below 2³¹", "\(large)")
        }
        return values
    }

    /// Scales or truncates samples to bytes, with brightness counted from black.
    private func bytes(_ samples: [UInt8], _ info: gm_tiff_info) -> [UInt8] {
        let flip: UInt8 = info.photometric == 0 ? 255 : 0
        if info.bits == 16 && info.alpha == 1 {
            // The upper bytes, as in Pillow: division by a small alpha would amplify rounding
            // errors.
            return samples.withUnsafeBytes { raw in
                raw.bindMemory(to: UInt16.self).map { UInt8($0 >> 8) ^ flip }
            }
        }
        if info.bits == 16 {
            return samples.withUnsafeBytes { raw in
                raw.bindMemory(to: UInt16.self).map {
                    UInt8((Int($0) * 255 + 32767) / 65535) ^ flip
                }
            }
        }
        let scale = UInt8(255 / ((1 << Int(info.bits)) - 1))
        return scale == 1 && flip == 0 ? samples : samples.map { $0 &* scale ^ flip }
    }

    private func colorMap(_ info: gm_tiff_info) -> [Color] {
        let entries = withUnsafeBytes(of: info.colors) {
            Array($0.bindMemory(to: UInt16.self).prefix(3 * Int(info.color_count)))
        }
        // Some old writers store bytes where the standard requires 16 bits.
        let shift: UInt16 = entries.contains { $0 > 255 } ? 8 : 0
        return stride(from: 0, to: entries.count, by: 3).map { place in
            let channel = (0..<3).map { UInt8(entries[place + $0] >> shift) }
            return Color(channel[0], channel[1], channel[2])
        }
    }

    private func palette(
        _ samples: [UInt8], _ info: gm_tiff_info, _ layout: SampleLayout
    ) -> Pixels {
        let colors = colorMap(info)
        let picked = layout.picked(samples)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(picked.count * 3)
        for place in stride(from: 0, to: picked.count, by: layout.channels) {
            let index = Int(picked[place])
            let color = index < colors.count ? colors[index] : .black
            bytes.append(color.red)
            bytes.append(color.green)
            bytes.append(color.blue)
        }
        return Pixels(
            height: Int(info.height), width: Int(info.width), channels: 3, bytes: bytes)
    }

    /// Divides premultiplied colors by alpha, as in Pillow.
    private func divided(_ pixels: Pixels) -> Pixels {
        guard pixels.channels % 2 == 0 else { return pixels }
        var pixels = pixels
        for place in stride(from: 0, to: pixels.bytes.count, by: pixels.channels) {
            let alpha = Int(pixels.bytes[place + pixels.channels - 1])
            if alpha == 255 { continue }
            for channel in place..<(place + pixels.channels - 1) {
                let value = Int(pixels.bytes[channel])
                pixels.bytes[channel] = alpha == 0 ? 0 : UInt8(min(255, 255 * value / alpha))
            }
        }
        return pixels
    }
}

/// The relevant samples of a pixel: color, and alpha if the file declares one.
private struct SampleLayout {
    let samples: Int
    let channels: Int

    init(_ info: gm_tiff_info, _ file: TIFFPages) throws(MediaError) {
        samples = Int(info.samples)
        let colors = info.photometric == 2 ? 3 : 1
        guard samples >= colors else {
            throw file.unsupported("\(colors) samples a pixel", "\(samples)")
        }
        // RGB and one undeclared sample: writers omit the declaration that it is unused.
        if samples > colors && info.alpha < 0 && (colors, samples) != (3, 4) {
            throw file.unsupported(
                "a picture of \(colors) samples a pixel", "\(samples), none called alpha")
        }
        channels = colors + (samples > colors && info.alpha > 0 ? 1 : 0)
    }

    func picked<Sample>(_ values: [Sample]) -> [Sample] {
        if channels == samples { return values }
        var result: [Sample] = []
        result.reserveCapacity(values.count / samples * channels)
        for place in stride(from: 0, to: values.count, by: samples) {
            result += values[place..<(place + channels)]
        }
        return result
    }
}
