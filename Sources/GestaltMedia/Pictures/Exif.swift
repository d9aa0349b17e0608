/// The orientation in an image's Exif data, or in its XMP data if Exif has none, as in Pillow's
/// `exif_transpose`.
///
/// All reads are bounds-checked; invalid data yields a warning, and the image then counts as
/// upright, as in Pillow and browsers.
enum Exif {
    /// Returns the orientation specified in the metadata of a file.
    static func orientation(
        _ notes: PictureNotes, name: String, warnings: inout [MediaWarning]
    ) -> Orientation {
        if let data = notes.exif {
            do throws(Damage) {
                if let orientation = try orientation(inTIFF: data) { return orientation }
            } catch {
                warnings.add(
                    "Exif data is damaged (\(error.reason)); the picture is taken as stored",
                    path: name)
                return .upright
            }
        }
        return notes.xmp.flatMap(orientation(inXMP:)) ?? .upright
    }

    struct Damage: Error {
        let reason: String
    }

    /// Returns the orientation in the first directory of the Exif data, which has the structure of
    /// a TIFF file.
    static func orientation(inTIFF data: ArraySlice<UInt8>) throws(Damage) -> Orientation? {
        // The prefix belongs to JPEG; some writers include it elsewhere.
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
            guard place + count <= data.count else {
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
            // A short by the standard; some writers use a long.
            let isLong = try number(place + 2, 2) == 4
            let value = try number(place + 8, isLong ? 4 : 2)
            guard let orientation = Orientation(rawValue: value) else {
                throw Damage(reason: "orientation \(value) is none of 1 to 8")
            }
            return orientation
        }
        return nil
    }

    /// Parses `tiff:Orientation="6"` or `<tiff:Orientation>6<`.
    static func orientation(inXMP data: ArraySlice<UInt8>) -> Orientation? {
        let text = String(decoding: data, as: UTF8.self)
        guard let key = text.firstRange(of: "tiff:Orientation") else { return nil }
        let rest = text[key.upperBound...]
        guard let mark = ["=\"", ">"].first(where: { rest.hasPrefix($0) }) else { return nil }
        return rest.dropFirst(mark.count).first?.wholeNumberValue.flatMap(
            Orientation.init(rawValue:))
    }

    private static let orientationTag = 0x0112
    private static let prefix: [UInt8] = Array("Exif".utf8) + [0, 0]
}
