import GestaltFiles
import GestaltLabels
import GestaltTensor

/// Expected masks: bit i of a pixel says whether it belongs to instance i.
struct ExpectedMasks {
    let size: PictureSize
    private let bits: [Int32]

    /// Reads an npy file of whole numbers, `[H, W]`.
    init(_ path: String) throws {
        let planes = try NPY.read(path, as: Int32.self)
        size = PictureSize(height: planes.shape[0], width: planes.shape[1])
        bits = planes.scalars
    }

    /// The mask of an instance.
    func mask(_ bit: Int) -> RunLengthMask {
        RunLengthMask(size: size, rows: bits) { $0 >> Int32(bit) & 1 == 1 }
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

extension RunLengthMask {
    /// The number of pixels in one of both masks only.
    func difference(from other: RunLengthMask) -> Int {
        subtracting(other).area + other.subtracting(self).area
    }
}
