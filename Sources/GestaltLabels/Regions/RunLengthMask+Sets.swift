import GestaltChecks

extension RunLengthMask {
    /// Returns the pixels that are in any of `masks`.
    ///
    /// - Precondition: all have `size`.
    public static func union(_ masks: [RunLengthMask], size: PictureSize) -> RunLengthMask {
        // Pairs of pairs: every run is merged log n times.
        var masks = masks
        while masks.count > 1 {
            masks = stride(from: 0, to: masks.count, by: 2).map { index in
                index + 1 < masks.count ? masks[index].union(masks[index + 1]) : masks[index]
            }
        }
        return masks.first ?? RunLengthMask(empty: size)
    }

    /// Returns the pixels that are in this mask, in `other` or in both.
    ///
    /// - Precondition: both have one size.
    /// - Complexity: the number of runs.
    public func union(_ other: RunLengthMask) -> RunLengthMask {
        combined(with: other) { $0 || $1 }
    }

    /// Returns the pixels that are in both masks.
    ///
    /// - Precondition: both have one size.
    /// - Complexity: the number of runs.
    public func intersection(_ other: RunLengthMask) -> RunLengthMask {
        combined(with: other) { $0 && $1 }
    }

    /// Returns the pixels that are in this mask and not in `other`.
    ///
    /// - Precondition: both have one size.
    /// - Complexity: the number of runs.
    public func subtracting(_ other: RunLengthMask) -> RunLengthMask {
        combined(with: other) { $0 && !$1 }
    }

    private func combined(
        with other: RunLengthMask, _ rule: (Bool, Bool) -> Bool
    ) -> RunLengthMask {
        require(size == other.size, "RunLengthMask: masks of \(size) and \(other.size)")
        var result: [Int] = []
        var (mine, theirs) = (RunWalk(runs), RunWalk(other.runs))
        var place = 0
        var start = 0
        var wasInside = false
        while place < size.pixelCount {
            let isInside = rule(mine.isInside, theirs.isInside)
            if isInside != wasInside {
                result.append(place - start)
                start = place
                wasInside = isInside
            }
            let step = min(mine.left, theirs.left)
            mine.advance(step)
            theirs.advance(step)
            place += step
        }
        if start < place { result.append(place - start) }
        return RunLengthMask(size: size, normalized: result)
    }
}

/// A position in runs.
private struct RunWalk {
    private let runs: [Int]
    private var index = 0
    /// The number of pixels left in the current run.
    private(set) var left: Int

    init(_ runs: [Int]) {
        self.runs = runs
        left = runs.first ?? 0
        skipEmpty()
    }

    var isInside: Bool { index % 2 == 1 }

    mutating func advance(_ count: Int) {
        left -= count
        skipEmpty()
    }

    private mutating func skipEmpty() {
        while left == 0, index + 1 < runs.count {
            index += 1
            left = runs[index]
        }
    }
}
