extension RunLengthMask {
    /// The runs as a string: the compressed form of COCO.
    ///
    /// Numbers have five bits in a character, the lowest first, bit 6 where more follow, plus 48.
    /// From the fourth on they are differences to the run two places before.
    public var compressed: String { Self.compressed(runs) }

    /// Returns runs as a string in the compressed form of COCO.
    static func compressed(_ runs: [Int]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * runs.count)
        for (index, run) in runs.enumerated() {
            var value = index > 2 ? run - runs[index - 2] : run
            var isOpen = true
            while isOpen {
                let low = value & 31
                value >>= 5
                // The sign is bit 5 of the last character.
                isOpen = low & 16 != 0 ? value != -1 : value != 0
                text.append(UInt8(48 + (low | (isOpen ? 32 : 0))))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Creates a mask from a string in the compressed form of COCO.
    ///
    /// - Throws: ``RunLengthError`` for a string that is none, and for runs that do not add up to
    ///   the number of pixels.
    public init(size: PictureSize, compressed text: String) throws(RunLengthError) {
        try self.init(size: size, checking: Self.runs(text))
    }

    /// Returns the runs in a compressed string.
    static func runs(_ text: String) throws(RunLengthError) -> [Int] {
        var runs: [Int] = []
        var value: Int64 = 0
        var shift: Int64 = 0
        for (index, byte) in text.utf8.enumerated() {
            guard (48..<112).contains(byte) else { throw .character(index: index) }
            let bits = Int64(byte - 48)
            guard shift < 60 else { throw .tooWide(index: index) }
            value |= (bits & 31) << shift
            shift += 5
            if bits & 32 != 0 { continue }
            if bits & 16 != 0 { value -= 1 << shift }
            let base = runs.count > 2 ? runs[runs.count - 2] : 0
            let (run, overflow) = base.addingReportingOverflow(Int(value))
            guard !overflow else { throw .tooWide(index: index) }
            guard run >= 0 else { throw .negative(index: runs.count, length: run) }
            runs.append(run)
            (value, shift) = (0, 0)
        }
        guard shift == 0 else { throw .open }
        return runs
    }
}
