import GestaltChecks

extension Augmentation {
    /// Chooses what the items of a batch of pictures of `height` × `width` take from each other, by
    /// ``cutMix`` and ``copyPaste``; from a single one nothing is taken.
    ///
    /// A rectangle has the picture's proportions, an area uniform from 0 to 1 of the picture's and
    /// its center anywhere in it; what lies outside is cut (Yun et al. 2019, equation 2, with their
    /// α of 1). Half of all foregrounds are pasted onto the median.
    ///
    /// - Precondition: the sizes are positive.
    public func drawMixing(
        items count: Int, height: Int, width: Int,
        using generator: inout some RandomNumberGenerator
    ) -> BatchMixing {
        require(
            count > 0 && height > 0 && width > 0,
            "Augmentation.drawMixing: \(count) items of \(height) × \(width)")
        return BatchMixing(
            items: (0..<count).map { place in
                // Drawn whether used or not, so that no setting disturbs another's draws.
                let draws = (0..<8).map { _ in generator.unit() }
                func other(_ draw: Float) -> Int {
                    (place + 1 + min(count - 2, Int(draw * Float(count - 1)))) % count
                }
                var item = BatchMixing.Item()
                guard count > 1 else { return item }
                if draws[0] < copyPaste {
                    item.foreground = other(draws[1])
                    item.isOnMedian = draws[2] < 0.5
                }
                if draws[3] < cutMix {
                    item.rectangle = other(draws[4])
                    let share = draws[5].squareRoot()
                    item.region = PixelRegion(
                        rows: Self.span(share, of: height, at: draws[6]),
                        columns: Self.span(share, of: width, at: draws[7]))
                }
                return item
            })
    }

    /// The part of a side that a share of it about a center covers.
    private static func span(_ share: Float, of side: Int, at center: Float) -> Range<Int> {
        let length = Int((share * Float(side)).rounded())
        let start = Int((center * Float(side)).rounded(.down)) - length / 2
        return (start..<(start + length)).clamped(to: 0..<side)
    }
}
