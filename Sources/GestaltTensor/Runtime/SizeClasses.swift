/// The size classes of buffers: multiples of 64 bytes up to 512, then eight per octave, so that a
/// buffer is at most an eighth larger than requested.
package enum SizeClasses {
    package static let unit = 64
    /// More than any machine's memory: a size above it is an error in a shape.
    package static let largestByteCount = 1 << 46
    package static let count = index(forByteCount: largestByteCount) + 1

    /// Returns the smallest class that holds `byteCount` bytes.
    @inline(__always)
    package static func index(forByteCount byteCount: Int) -> Int {
        let last = (max(byteCount, 1) - 1) / unit
        guard last >= 8 else { return last }
        let shift = Int.bitWidth - last.leadingZeroBitCount - 4
        return shift * 8 + (last >> shift)
    }

    /// Returns the size of the buffers of a class.
    @inline(__always)
    package static func byteCount(ofClass index: Int) -> Int {
        guard index >= 8 else { return (index + 1) * unit }
        return ((index & 7) + 9) << (index / 8 - 1) * unit
    }
}
