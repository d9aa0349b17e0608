import Foundation
import GestaltLabels
import GestaltTensor
import Testing

/// Expected masks: bit i of a pixel says whether it belongs to instance i.
struct ExpectedMasks {
    let size: PictureSize
    private let bits: [UInt16]

    /// Reads an npy file of uint8 or uint16, `[H, W]`.
    init?(_ path: String) {
        guard let data = FileManager.default.contents(atPath: path).map([UInt8].init),
            data.count > 10
        else { return nil }
        let start = 10 + Int(data[8]) + Int(data[9]) << 8
        let header = String(decoding: data[10..<start], as: UTF8.self)
        let isWide = header.contains("u2")
        guard isWide || header.contains("u1"), let open = header.firstIndex(of: "("),
            let close = header.firstIndex(of: ")")
        else { return nil }
        let sides = header[header.index(after: open)..<close].split(separator: ",").compactMap {
            Int($0.trimmingCharacters(in: .whitespaces))
        }
        guard sides.count == 2 else { return nil }
        size = PictureSize(height: sides[0], width: sides[1])
        let values =
            isWide
            ? stride(from: start, to: data.count - 1, by: 2).map {
                UInt16(data[$0]) | UInt16(data[$0 + 1]) << 8
            } : data[start...].map { UInt16($0) }
        let isByColumns = header.contains("'fortran_order': True")
        let (height, width) = (sides[0], sides[1])
        bits =
            isByColumns
            ? (0..<(height * width)).map { values[$0 % width * height + $0 / width] } : values
    }

    /// The mask of an instance.
    func mask(_ bit: Int) -> RunLengthMask {
        RunLengthMask(size: size, rows: bits) { $0 >> UInt16(bit) & 1 == 1 }
    }
}

/// Returns the number of pixels in which two masks differ farther than one pixel from the outline
/// of the expected one.
func pixelsBesideOutline(_ found: RunLengthMask, _ expected: RunLengthMask) -> Int {
    let (height, width) = (expected.size.height, expected.size.width)
    let (a, b) = (found.bitmap.scalars, expected.bitmap.scalars)
    return a.indices.count { place in
        guard a[place] != b[place] else { return false }
        let (row, column) = (place / width, place % width)
        for y in max(0, row - 1)...min(height - 1, row + 1) {
            for x in max(0, column - 1)...min(width - 1, column + 1)
            where b[y * width + x] != b[place] { return false }
        }
        return true
    }
}
