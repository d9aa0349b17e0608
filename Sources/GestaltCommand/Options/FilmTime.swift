import ArgumentParser

/// A time in a film: seconds, `M:SS` or `H:MM:SS`, with fractions of the last.
struct FilmTime: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count), let last = parts.last.flatMap({ Double($0) }) else {
            return nil
        }
        let whole = parts.dropLast().map { Int($0) }
        guard last >= 0, last.isFinite, parts.count == 1 || last < 60,
            whole.allSatisfy({ ($0 ?? -1) >= 0 })
        else { return nil }
        let minutes = whole.compactMap { $0 }.reduce(0) { $0 * 60 + $1 }
        seconds = Double(minutes) * 60 + last
    }
}

/// Times in a film: `START..END`, either of which may be missing.
struct FilmTimeRange: ExpressibleByArgument {
    let start: FilmTime?
    let end: FilmTime?

    init?(argument: String) {
        guard let dots = argument.firstRange(of: "..") else { return nil }
        let (first, last) = (argument[..<dots.lowerBound], argument[dots.upperBound...])
        (start, end) = (
            FilmTime(argument: String(first)), FilmTime(argument: String(last))
        )
        guard start != nil || end != nil, first.isEmpty == (start == nil),
            last.isEmpty == (end == nil), start?.seconds ?? 0 < end?.seconds ?? .infinity
        else { return nil }
    }
}
