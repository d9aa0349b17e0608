/// Zip archives by hand, with any field false.
struct ZipBuilder {
    struct Entry {
        var name: String
        var stored: [UInt8]
        /// What the headers say, where it is not the truth.
        var byteCount: UInt64?
        var checksum: UInt32?
        var method: UInt16 = 0
        var flags: UInt16 = 0
        /// Where the directory says that the entry begins.
        var place: UInt64?
    }

    var entries: [Entry] = []
    /// Sizes and places go to zip64 fields.
    var isWide = false
    var comment: [UInt8] = []

    var bytes: [UInt8] {
        var (file, directory): ([UInt8], [UInt8]) = ([], [])
        for entry in entries {
            let place = entry.place ?? UInt64(file.count)
            file += header(entry, place: nil) + entry.stored
            directory += header(entry, place: place)
        }
        let (start, size, count) = (file.count, directory.count, entries.count)
        file += directory
        if isWide {
            let end = UInt64(file.count)
            file += littleEndian(0x0606_4B50, 4) + littleEndian(44, 8) + littleEndian(45, 2)
            file += littleEndian(45, 2) + littleEndian(0, 8) + littleEndian(UInt64(count), 8)
            file += littleEndian(UInt64(count), 8) + littleEndian(UInt64(size), 8)
            file += littleEndian(UInt64(start), 8) + littleEndian(0x0706_4B50, 4)
            file += littleEndian(0, 4) + littleEndian(end, 8) + littleEndian(1, 4)
        }
        file += littleEndian(0x0605_4B50, 4) + littleEndian(0, 4)
        file += littleEndian(isWide ? .max : UInt64(count), 2)
        file += littleEndian(isWide ? .max : UInt64(count), 2)
        file += littleEndian(isWide ? .max : UInt64(size), 4)
        file += littleEndian(isWide ? .max : UInt64(start), 4)
        return file + littleEndian(UInt64(comment.count), 2) + comment
    }

    /// The header before an entry, or with a place the one in the directory.
    private func header(_ entry: Entry, place: UInt64?) -> [UInt8] {
        let (whole, stored) = (
            entry.byteCount ?? UInt64(entry.stored.count), UInt64(entry.stored.count)
        )
        let extra =
            isWide
            ? littleEndian(1, 2) + littleEndian(place == nil ? 16 : 24, 2) + littleEndian(whole, 8)
                + littleEndian(stored, 8) + (place.map { littleEndian($0, 8) } ?? []) : []
        var bytes = littleEndian(place == nil ? 0x0403_4B50 : 0x0201_4B50, 4)
        if place != nil { bytes += littleEndian(45, 2) }
        bytes += littleEndian(45, 2) + littleEndian(UInt64(entry.flags), 2)
        bytes += littleEndian(UInt64(entry.method), 2) + littleEndian(0x21_0000, 4)
        bytes += littleEndian(UInt64(entry.checksum ?? crc32(entry.stored)), 4)
        bytes += littleEndian(isWide ? .max : stored, 4) + littleEndian(isWide ? .max : whole, 4)
        bytes += littleEndian(UInt64(entry.name.utf8.count), 2)
        bytes += littleEndian(UInt64(extra.count), 2)
        if let place {
            bytes += littleEndian(0, 10) + littleEndian(isWide ? .max : place, 4)
        }
        return bytes + Array(entry.name.utf8) + extra
    }

    /// A checkpoint of a pickle and storages, whose fields may be made false before it is written.
    static func checkpoint(
        _ pickle: [UInt8], storages: [(name: String, bytes: [UInt8])] = [],
        others: [(name: String, bytes: [UInt8])] = []
    ) -> ZipBuilder {
        let files =
            [(name: "data.pkl", bytes: pickle)]
            + storages.map { (name: "data/" + $0.name, bytes: $0.bytes) } + others
        return ZipBuilder(
            entries: files.map { Entry(name: "archive/" + $0.name, stored: $0.bytes) })
    }
}

/// ISO 3309, bit by bit.
func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
        (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
            value >> 1 ^ (value & 1 == 0 ? 0 : 0xEDB8_8320)
        }
    }
}

/// Numbers as the bytes of a storage.
func storageBytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { littleEndian(UInt64($0.bitPattern), 4) }
}
