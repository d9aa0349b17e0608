/// The order people expect of numbered names: `traj_60` before `traj_120`, `frame2` before
/// `frame10`.
///
/// Runs of digits compare by value, all else by code point; of equal values the one with fewer
/// leading zeros comes first.
public func isNaturallyOrdered(_ a: String, _ b: String) -> Bool {
    let (left, right) = (runs(a), runs(b))
    for (x, y) in zip(left, right) where x != y {
        guard x.isNumber && y.isNumber else { return x.text < y.text }
        let (p, q) = (x.significant, y.significant)
        if p.count != q.count { return p.count < q.count }
        if p != q { return p.lexicographicallyPrecedes(q) }
        return x.text.count < y.text.count
    }
    return left.count < right.count
}

private struct Run: Equatable {
    var text: String
    var isNumber: Bool

    var significant: Substring { text.drop { $0 == "0" } }
}

private func runs(_ name: String) -> [Run] {
    var runs: [Run] = []
    for character in name {
        let isDigit = ("0"..."9").contains(character)
        if let last = runs.indices.last, runs[last].isNumber == isDigit {
            runs[last].text.append(character)
        } else {
            runs.append(Run(text: String(character), isNumber: isDigit))
        }
    }
    return runs
}
