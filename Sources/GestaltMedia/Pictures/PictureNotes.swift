internal import CZlib

/// The metadata of an image that decoders do not return: Exif and XMP data in a file's chunks or
/// segments.
struct PictureNotes {
    private(set) var exif: ArraySlice<UInt8>?
    private(set) var xmp: ArraySlice<UInt8>?
    /// Whether a PNG file is an animation, of which only the still image is read.
    private(set) var isAnimated = false

    /// Reads the metadata of a whole file. Lengths are checked; reading ends at an invalid one.
    init(_ bytes: [UInt8], format: Image.Format) {
        switch format {
        case .png: readPNG(bytes)
        case .jpeg: readJPEG(bytes)
        case .webp: readWebP(bytes)
        case .gif, .tiff, .bmp: return
        }
    }

    // MARK: PNG

    private mutating func readPNG(_ bytes: [UInt8]) {
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            let start = place + 8
            guard length <= bytes.count - start - 4 else { return }
            let kind = String(decoding: bytes[(place + 4)..<start], as: UTF8.self)
            let data = bytes[start..<(start + length)]
            if ["eXIf", "acTL", "tEXt", "zTXt", "iTXt"].contains(kind),
                Self.checksumFits(bytes, chunk: place, length: length)
            {
                take(data, ofPNG: kind)
            }
            place = start + length + 4
        }
    }

    /// Checks the checksum of a chunk: libpng drops a chunk with a wrong one, and warns.
    private static func checksumFits(_ bytes: [UInt8], chunk: Int, length: Int) -> Bool {
        let end = chunk + 8 + length
        let stored = bytes[end..<(end + 4)].reduce(0) { $0 << 8 | UInt($1) }
        let computed = bytes[(chunk + 4)..<end].withUnsafeBufferPointer {
            crc32(0, $0.baseAddress, UInt32($0.count))
        }
        return stored == UInt(computed)
    }

    private mutating func take(_ data: ArraySlice<UInt8>, ofPNG kind: String) {
        if kind == "acTL" { isAnimated = true }
        if kind == "eXIf" { exif = data }
        guard kind.hasSuffix("TXt") || kind == "tEXt", let end = data.firstIndex(of: 0) else {
            return
        }
        let key = String(decoding: data[..<end], as: UTF8.self)
        let text = data[(end + 1)...]
        if key == "Raw profile type exif" && exif == nil && kind != "iTXt" {
            // One byte specifies the compression.
            exif = Self.profile(kind == "zTXt" ? Self.inflated(text.dropFirst()) : text)
        }
        // Two bytes about compression, a language and a translated key, each ended by 0.
        if key == "XML:com.adobe.xmp" && kind == "iTXt" && text.first == 0 { xmp = text }
    }

    /// Decodes Exif data as stored by ImageMagick before `eXIf`: hexadecimal digits after a name
    /// and a count, each on a line.
    private static func profile(_ text: ArraySlice<UInt8>?) -> ArraySlice<UInt8>? {
        guard let text else { return nil }
        let lines = text.split(separator: 10, omittingEmptySubsequences: true)
        let digits = lines.dropFirst(2).joined().compactMap {
            Character(UnicodeScalar($0)).hexDigitValue
        }
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
        return bytes[...]
    }

    private static func inflated(_ data: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let source = try? InflatingSource(MemorySource(Array(data), name: ""), format: .zlib)
        return (try? source?.bytes(1 << 20)).map { $0[...] }
    }

    // MARK: JPEG

    private static let exifPrefix = Array("Exif".utf8) + [0]
    private static let xmpPrefix = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]

    /// Reads the segments before the first scan.
    private mutating func readJPEG(_ bytes: [UInt8]) {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {  // fill byte
                place += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return }
            if marker == 0x01 || (0xD0...0xD8) ~= marker {
                place += 2
                continue
            }
            let end = place + 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            guard end <= bytes.count, end >= place + 4 else { return }
            let data = bytes[(place + 4)..<end]
            if marker == 0xE1 && exif == nil && data.starts(with: Self.exifPrefix) {
                exif = data.dropFirst(6)
            }
            if marker == 0xE1 && xmp == nil && data.starts(with: Self.xmpPrefix) { xmp = data }
            place = end
        }
    }

    // MARK: WebP

    /// Reads RIFF's chunks, padded to even lengths.
    private mutating func readWebP(_ bytes: [UInt8]) {
        var place = 12
        while place + 8 <= bytes.count {
            let length = bytes[(place + 4)..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            let start = place + 8
            guard length <= bytes.count - start else { return }
            let kind = bytes[place..<(place + 4)]
            if kind.elementsEqual("EXIF".utf8) { exif = bytes[start..<(start + length)] }
            if kind.elementsEqual("XMP ".utf8) { xmp = bytes[start..<(start + length)] }
            place = start + length + length % 2
        }
    }
}
