internal import CMedia
import GestaltIO

/// The size and orientation of a picture, read from the head of its file without decoding it.
public struct PictureHeader: Sendable, Equatable {
    public let format: Image.Format
    /// Rows of the picture as ``Image/read(_:as:)`` returns it: upright.
    public let height: Int
    /// Columns of the upright picture.
    public let width: Int
    /// The orientation of the stored pixels by Exif's tag 0x0112, 1 to 8; 1 is upright.
    public let orientation: Int

    /// Whether Exif data (or TIFF's tag) turn or mirror the stored pixels.
    public var isTurned: Bool { orientation != 1 }

    /// Whether the upright picture has swapped sides: a quarter turn.
    public var hasSwappedSides: Bool { orientation >= 5 }

    /// Reads the head of a picture file; its bytes determine the format, not its name.
    ///
    /// - Throws: ``MediaError`` when the file cannot be read, has no whole header or exceeds 2²⁶
    ///   pixels.
    public init(path: String) throws(MediaError) {
        let bytes: [UInt8]
        do throws(FileFailure) {
            bytes = try MappedFile(path: path).withBytes { Self.head(of: $0) }
        } catch {
            throw MediaError(error)
        }
        try self.init(bytes, name: path)
    }

    /// Reads the head of a picture in memory; errors refer to it as `name`.
    ///
    /// - Throws: ``MediaError`` as for ``init(path:)``.
    public init(_ bytes: [UInt8], name: String = "picture data") throws(MediaError) {
        guard let format = Image.format(of: bytes) else {
            throw .unsupported(path: name, expected: "a picture", found: Image.describe(bytes))
        }
        let stored = try Self.storedSize(bytes, format, name: name)
        try Pixels.check(
            width: UInt32(clamping: stored.width), height: UInt32(clamping: stored.height),
            byteCount: 0, pixelsPerByte: nil, format: format.rawValue, path: name)
        let orientation: Orientation
        if let tag = stored.orientation {
            orientation = tag
        } else {
            var warnings: [MediaWarning] = []
            orientation = Exif.orientation(
                PictureNotes(bytes, format: format), name: name, warnings: &warnings)
        }
        self.format = format
        self.orientation = orientation.rawValue
        height = orientation.isQuarter ? stored.width : stored.height
        width = orientation.isQuarter ? stored.height : stored.width
    }

    /// Returns the part of a file that holds sizes and metadata: of a JPEG file the segments before
    /// its first scan, of a PNG file the chunks without pixels, otherwise all of it.
    private static func head(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        if bytes.starts(with: JPEG.signature) {
            return Array(bytes.prefix(scanStart(bytes)))
        }
        return bytes.starts(with: PNG.signature) ? chunksWithoutPixels(bytes) : Array(bytes)
    }

    private static func scanStart(_ bytes: UnsafeRawBufferPointer) -> Int {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF, bytes[place + 1] != 0xDA {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
            } else if marker == 0x01 || (0xD0...0xD8) ~= marker {
                place += 2
            } else {
                place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            }
        }
        return min(bytes.count, place + 4)
    }

    private static func chunksWithoutPixels(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var head = Array(bytes.prefix(8))
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - place - 12 else { break }
            let chunk = bytes[place..<(place + 12 + length)]
            if !chunk.dropFirst(4).starts(with: "IDAT".utf8) { head += chunk }
            place += 12 + length
        }
        return head
    }
}

extension PictureHeader {
    private typealias Stored = (height: Int, width: Int, orientation: Orientation?)

    private static func storedSize(
        _ bytes: [UInt8], _ format: Image.Format, name: String
    ) throws(MediaError) -> Stored {
        switch format {
        case .png: return try fixed(bytes, .png, width: 16, height: 20, count: 4, isBig: true, name)
        case .gif: return try fixed(bytes, .gif, width: 6, height: 8, count: 2, isBig: false, name)
        case .jpeg: return try jpegSize(bytes, name: name)
        case .webp:
            let info = try WebP.describe(bytes, name: name)
            return (Int(info.height), Int(info.width), nil)
        case .bmp:
            let header = try BMPHeader(bytes, name: name)
            return (header.height, header.width, .upright)
        case .tiff:
            return try TIFF.withPages(bytes, name: name) { (file) throws(MediaError) -> Stored in
                let page = try file.page()
                var warnings: [MediaWarning] = []
                let orientation = file.orientation(page, &warnings)
                return (Int(page.height), Int(page.width), orientation)
            }
        }
    }

    /// Returns a size at fixed places.
    private static func fixed(
        _ bytes: [UInt8], _ format: Image.Format, width: Int, height: Int, count: Int, isBig: Bool,
        _ name: String
    ) throws(MediaError) -> Stored {
        guard bytes.count >= height + count else { throw incomplete(format, bytes.count, name) }
        func number(_ place: Int) -> Int {
            let digits = bytes[place..<(place + count)]
            return (isBig ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        return (number(height), number(width), nil)
    }

    /// Returns the size in the frame header (SOF) of a JPEG file.
    private static func jpegSize(_ bytes: [UInt8], name: String) throws(MediaError) -> Stored {
        var place = 2
        while place + 9 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {
                place += 1
            } else if marker == 0x01 || (0xD0...0xD8) ~= marker {
                place += 2
            } else if (0xC0...0xCF) ~= marker, ![0xC4, 0xC8, 0xCC].contains(marker) {
                let height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                let width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
                return (height, width, nil)
            } else {
                place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            }
        }
        throw incomplete(.jpeg, bytes.count, name)
    }

    private static func incomplete(
        _ format: Image.Format, _ count: Int, _ name: String
    ) -> MediaError {
        .cutShort(
            path: name, format: format.rawValue, wholeRecords: 0,
            expected: "a header with the size", found: "\(count) bytes")
    }
}
