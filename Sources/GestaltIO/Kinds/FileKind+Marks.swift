extension FileKind {
    /// Returns the kind that a magic number at the start of the file identifies; nil for none.
    static func marked(_ bytes: UnsafeRawBufferPointer) -> FileKind? {
        guard let first = bytes.first else { return .empty }
        if let match = marks.first(where: { bytes.starts(with: $0.bytes) }) { return match.kind }
        if bytes.starts(with: Array("RIFF".utf8)), bytes.count >= 12 {
            if bytes[8..<12].elementsEqual("WEBP".utf8) { return .picture(.webp) }
            if bytes[8..<12].elementsEqual("AVI ".utf8) { return .film(.avi) }
        }
        if first == 0x80, bytes.count > 1, (2...5) ~= bytes[1] { return .pickle }
        if bytes.count >= 12, let kind = boxed(bytes) { return kind }
        if bytes.count >= 262, bytes[257..<262].elementsEqual("ustar".utf8) { return .tar }
        // MPEG transport streams: packets of 188 bytes.
        if first == 0x47, bytes.count > 376, bytes[188] == 0x47, bytes[376] == 0x47 {
            return .film(.mpeg)
        }
        return nil
    }

    private static let marks: [(bytes: [UInt8], kind: FileKind)] = [
        ([0x93] + Array("NUMPY".utf8), .npy),
        // The magic number 0x1950A86A20F9469CFC6C as protocols 2 and 1 write it.
        (
            [
                0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
                0x2E,
            ],
            .torchSequence
        ),
        (
            [
                0x80, 3, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
                0x2E,
            ],
            .torchSequence
        ),
        (Array("L119547037146038801333356L\n.".utf8), .torchSequence),
        ([0x89] + Array("HDF\r\n".utf8), .hdf5), (Array("GGUF".utf8), .gguf),
        ([0x89] + Array("PNG\r\n".utf8), .picture(.png)),
        ([0xFF, 0xD8, 0xFF], .picture(.jpeg)), (Array("GIF8".utf8), .picture(.gif)),
        (Array("II*\0".utf8), .picture(.tiff)), (Array("MM\0*".utf8), .picture(.tiff)),
        (Array("II+\0".utf8), .picture(.tiff)), (Array("MM\0+".utf8), .picture(.tiff)),
        ([0x1A, 0x45, 0xDF, 0xA3], .film(.matroska)), ([0, 0, 1, 0xBA], .film(.mpeg)),
        ([0, 0, 1, 0xB3], .film(.mpeg)), (Array("FLV\u{1}".utf8), .film(.flash)),
        ([0x1F, 0x8B], .gzip), (Array("BZh".utf8), .archive),
        ([0xFD] + Array("7zXZ".utf8), .archive), ([0x28, 0xB5, 0x2F, 0xFD], .archive),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], .archive), (Array("Rar!".utf8), .archive),
        (Array("%PDF-".utf8), .pdf),
        (Array("version https://git-lfs".utf8), .gitLFSPointer),
        (Array("version https://hawser".utf8), .gitLFSPointer),
    ]

    /// Recognizes files made of boxes, each with a length and four letters: videos and some images.
    private static func boxed(_ bytes: UnsafeRawBufferPointer) -> FileKind? {
        let name = String(decoding: bytes[4..<8], as: UTF8.self)
        if name == "ftyp" {
            let brand = String(decoding: bytes[8..<12], as: UTF8.self)
            let pictures = ["heic", "heix", "hevc", "mif1", "msf1", "avif", "avis", "heim", "heis"]
            return pictures.contains(brand) ? .picture(.heif) : .film(.mp4)
        }
        return ["moov", "mdat", "wide", "free", "skip"].contains(name) ? .film(.mp4) : nil
    }

    /// Recognizes formats without a magic number by their structure, and the content of zip
    /// archives.
    static func structured(_ bytes: UnsafeRawBufferPointer) -> FileKind? {
        if bytes.starts(with: [0x50, 0x4B, 3, 4]) || bytes.starts(with: [0x50, 0x4B, 5, 6]) {
            return packed(ZipNames.names(in: bytes))
        }
        if bytes.count > 9, bytes[8] == UInt8(ascii: "{") {
            let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
            if length >= 2, length <= UInt64(bytes.count - 8), length <= 1 << 27 {
                return .safeTensors
            }
        }
        if bytes.count >= 16 {
            // A record begins with its length and the masked checksum of that.
            let stated = UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            if maskedChecksum(bytes.prefix(8)) == stated { return .tfRecord }
        }
        if bytes.count >= 26, bytes.starts(with: Array("BM".utf8)),
            bytes[6..<10].allSatisfy({ $0 == 0 }), bytes[14] >= 12
        {
            return .picture(.bmp)
        }
        if bytes.count >= 8, bytes[0] == UInt8(ascii: "P"), (0x31...0x36) ~= bytes[1],
            [0x20, 0x0A, 0x0D, 0x09].contains(bytes[2])
        {
            return .picture(.netpbm)
        }
        return nil
    }

    /// Whether the bytes look like deflate with a window of 32 KB, the header divisible by 31 as
    /// the format requires. Some texts start like this, too.
    static func deflated(_ bytes: UnsafeRawBufferPointer) -> FileKind? {
        bytes.count > 2 && bytes[0] == 0x78 && (0x7800 + Int(bytes[1])).isMultiple(of: 31)
            ? .zlib : nil
    }

    private static func packed(_ names: [String]) -> FileKind {
        func last(_ name: String) -> Substring { name.split(separator: "/").last ?? "" }
        let files = Set(names.filter { $0.split(separator: "/").count <= 2 }.map(last))
        if files.contains("data.pkl") {
            return files.contains("constants.pkl") ? .torchScript : .torchArchive
        }
        if files.contains("archive_format") || files.contains("serialized_exported_program.json") {
            return .torchExport
        }
        return names.contains { $0.hasSuffix(".npy") } ? .npz : .zip
    }

    /// Returns the CRC-32C, masked as in TFRecord files.
    private static func maskedChecksum(_ bytes: Slice<UnsafeRawBufferPointer>) -> UInt32 {
        let sum = ~bytes.reduce(~UInt32(0)) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in
                value >> 1 ^ (value & 1 == 0 ? 0 : 0x82F6_3B78)
            }
        }
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }
}
