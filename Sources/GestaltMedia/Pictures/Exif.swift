/// The orientation in a picture's Exif data, wherever the format keeps it.
///
/// Everything is read with bounds; data that breaks the rules is a warning, and the picture is then
/// taken as upright, as Pillow and browsers do.
enum Exif {
    /// The orientation that `bytes`, a whole file of the given format, asks for.
    static func orientation(
        of bytes: [UInt8], format: Image.Format, name: String, warnings: inout [MediaWarning]
    ) -> Orientation {
        let data =
            switch format {
            case .png: PNGChunks.exif(in: bytes)
            case .jpeg: inJPEG(bytes)
            case .webp: inWebP(bytes)
            case .gif, .tiff, .bmp: nil as ArraySlice<UInt8>?
            }
        guard let data else { return .upright }
        do throws(Damage) {
            return try orientation(inTIFF: data)
        } catch {
            warnings.add(
                "Exif data is damaged (\(error.reason)); the picture is taken as stored",
                path: name)
            return .upright
        }
    }

    struct Damage: Error {
        let reason: String
    }

    /// The orientation in the first directory of Exif's data, which is laid out as a TIFF file.
    static func orientation(inTIFF data: ArraySlice<UInt8>) throws(Damage) -> Orientation {
        // The prefix belongs to JPEG; some writers leave it in front elsewhere.
        let data = data.starts(with: prefix) ? data.dropFirst(6) : data
        let isBig: Bool
        if data.starts(with: [0x49, 0x49, 42, 0]) {
            isBig = false
        } else if data.starts(with: [0x4D, 0x4D, 0, 42]) {
            isBig = true
        } else {
            throw Damage(reason: "no byte order at its start")
        }
        func number(_ place: Int, _ count: Int) throws(Damage) -> Int {
            guard place >= 0, place + count <= data.count else {
                throw Damage(reason: "byte \(place) of \(data.count) is pointed to")
            }
            let start = data.startIndex + place
            let digits = data[start..<(start + count)]
            return (isBig ? Array(digits) : digits.reversed()).reduce(0) { $0 << 8 | Int($1) }
        }
        let directory = try number(4, 4)
        for entry in 0..<(try number(directory, 2)) {
            let place = directory + 2 + 12 * entry
            guard try number(place, 2) == orientationTag else { continue }
            // Short by the standard; some writers use a long.
            let isLong = try number(place + 2, 2) == 4
            let value = try number(place + 8, isLong ? 4 : 2)
            guard let orientation = Orientation(rawValue: value) else {
                throw Damage(reason: "orientation \(value) is none of 1 to 8")
            }
            return orientation
        }
        return .upright
    }

    private static let orientationTag = 0x0112
    private static let prefix: [UInt8] = Array("Exif".utf8) + [0, 0]

    /// The first Exif segment before the first scan.
    private static func inJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var place = 2
        while place + 4 <= bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            if marker == 0xFF {  // fill byte
                place += 1
                continue
            }
            if marker == 0xDA || marker == 0xD9 { return nil }
            if marker == 0x01 || (0xD0...0xD8) ~= marker {
                place += 2
                continue
            }
            let end = place + 2 + Int(bytes[place + 2]) << 8 + Int(bytes[place + 3])
            guard end <= bytes.count, end >= place + 4 else { return nil }
            let data = bytes[(place + 4)..<end]
            if marker == 0xE1 && data.starts(with: prefix[..<5]) { return data.dropFirst(6) }
            place = end
        }
        return nil
    }

    /// The chunk `EXIF` of RIFF; chunks are padded to even lengths.
    private static func inWebP(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var place = 12
        while place + 8 <= bytes.count {
            let length = bytes[(place + 4)..<(place + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            let start = place + 8
            guard length <= bytes.count - start else { return nil }
            if bytes[place..<(place + 4)].elementsEqual("EXIF".utf8) {
                return bytes[start..<(start + length)]
            }
            place = start + length + length % 2
        }
        return nil
    }
}
