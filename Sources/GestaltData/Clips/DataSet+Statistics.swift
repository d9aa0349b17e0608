import GestaltTensor

extension DataSet {
    /// The variance of all color values, pixels taken as `byte / 255 − 0.5`: what a tokenizer's
    /// reconstruction error is measured against. 0 for a set without clips.
    ///
    /// Exact: taken from a count of the 256 byte values.
    public var pixelVariance: Double {
        var counts = [Int](repeating: 0, count: 256)
        switch content {
        case .memory(let clips):
            for clip in clips {
                clip.frames.withScalars { for byte in $0 { counts[Int(byte)] += 1 } }
            }
        case .lazy(let clips):
            for entry in clips.entries {
                for (byte, count) in entry.counts.bytes.enumerated() { counts[byte] += count }
            }
        }
        let total = Double(counts.reduce(0, +))
        guard total > 0 else { return 0 }
        let mean = counts.enumerated().reduce(0) { $0 + Double($1.offset * $1.element) } / total
        let spread = counts.enumerated().reduce(0) { sum, entry in
            let gap = Double(entry.offset) - mean
            return sum + gap * gap * Double(entry.element)
        }
        return spread / total / (255 * 255)
    }

    /// The share of pixels with an id above 0, over all pixels that count; nil without any.
    public var foregroundShare: Double? {
        let summary = labelSummary
        let total = summary.pixels.reduce(0, +)
        return total > 0 ? Double(summary.foregroundPixels) / Double(total) : nil
    }
}
