import GestaltTensor

/// The values of one mask file, and whether it resembles a picture rather than ids.
struct MaskValues: Sendable {
    /// Whether each of the 256 values occurs.
    private(set) var occurs = [Bool](repeating: false, count: 256)
    /// Whether values between 0 and 255 are the soft edges of a black-and-white mask, as resizing
    /// and lossy formats leave them.
    var isSoft: Bool

    /// - Parameters:
    ///   - mask: values as stored, `[…, H, W]` or `[…, H, W, 1]`.
    ///   - ignored: a value that counts for nothing.
    init(_ mask: Tensor<UInt8>, ignoring ignored: UInt8?) {
        let shape = mask.shape
        let width = shape[-1] == 1 && shape.rank > 2 ? shape[-2] : shape[-1]
        var found = [Bool](repeating: false, count: 256)
        var (between, flat) = (0, 0)
        mask.withScalars { values in
            for (place, value) in values.enumerated() {
                found[Int(value)] = true
                guard value != 0, value != 255, value != ignored else { continue }
                between += 1
                // Regions of an id are flat; ramps are not, along their edge and across it both.
                if place >= width, place % width > 0, values[place - 1] == value,
                    values[place - width] == value
                {
                    flat += 1
                }
            }
        }
        occurs = found
        isSoft = Self.isSoft(found, ignored, flatShare: Double(flat) / Double(max(between, 1)))
    }

    private static func isSoft(_ occurs: [Bool], _ ignored: UInt8?, flatShare: Double) -> Bool {
        let gray = (1...254).filter { occurs[$0] && $0 != ignored.map(Int.init) }
        guard occurs[0], let lowest = gray.first, let highest = gray.last, flatShare < 0.5,
            lowest < 128, highest >= 128
        else { return false }
        return occurs[255] || (gray.count >= 8 && highest >= 192)
    }

    /// Whether an id other than 0, 255 and the ignored one occurs.
    func hasIDs(ignoring ignored: UInt8?) -> Bool {
        (1...254).contains { occurs[$0] && $0 != ignored.map(Int.init) }
    }
}
