import GestaltData
import GestaltIO

/// The division of sources among the splits.
struct SplitPlan {
    /// A source as the division sees it.
    struct Item {
        var name: String
        /// Its path in messages.
        var path: String
        /// The numbers of labeled frames, in order.
        var labeled: [Int]
        /// The splits that the source has in the set that is extended.
        var existing: SplitBlocks?
    }

    /// In the order of the items.
    private(set) var blocks: [SplitBlocks]
    private(set) var notes: [ImportProblem] = []

    /// - Parameters:
    ///   - needsLabels: whether held-out frames must have labels: some frame of the import has.
    ///   - others: the splits of sources of the set that are not among the items.
    ///   - taken: the numbers of the frames of an item that are taken, in order.
    /// - Throws: ``ImportError/tooFewLabels(split:expected:found:advice:)``,
    ///   ``ImportError/tooFewFrames(path:expected:found:)``, and what `taken` throws.
    init(
        _ items: [Item], splits: ImportSplits, needsLabels: Bool, others: [SplitBlocks] = [],
        taken: (Int) throws -> [Int]
    ) throws {
        blocks = items.map { $0.existing ?? SplitBlocks(.train) }
        let new = items.indices.filter { items[$0].existing == nil }
        guard !splits.heldOut.isEmpty, !new.isEmpty else { return }
        let isAlone = items.count + others.count == 1
        if splits.unit == .films, !isAlone {
            try divideFilms(
                items, new, splits, needsLabels: needsLabels,
                existing: others + items.compactMap(\.existing))
            return
        }
        if isAlone, splits.unit == .films {
            notes.append(
                ImportProblem(
                    .note, path: items[0].path,
                    "the only film: training and held-out frames are contiguous blocks of it, so "
                        + "scores say little about other films"))
        }
        var most = 0
        for index in new {
            let numbers = needsLabels ? items[index].labeled : try taken(index)
            most = max(most, numbers.count)
            blocks[index] = SplitBlocks(dividing: numbers, splits.heldOut) ?? SplitBlocks(.train)
        }
        let all = blocks + others
        for (split, _) in splits.heldOut where !all.contains(where: { $0.splits.contains(split) }) {
            throw Self.shortage(
                split, new.map { items[$0].path }, expected: splits.heldOut.count + 1, found: most,
                needsLabels: needsLabels)
        }
    }

    /// Returns the error of sources of which none has enough frames to be divided.
    private static func shortage(
        _ split: Split, _ paths: [String], expected: Int, found: Int, needsLabels: Bool
    ) -> ImportError {
        guard needsLabels else {
            return .tooFewFrames(
                path: paths.joined(separator: ", "), expected: expected, found: found)
        }
        return .tooFewLabels(
            split: split, expected: "\(expected) frames" + (paths.count > 1 ? " of a film" : ""),
            found: found,
            advice: "label more frames, or hold nothing out (--validation 0 --test 0)")
    }

    private mutating func divideFilms(
        _ items: [Item], _ new: [Int], _ splits: ImportSplits, needsLabels: Bool,
        existing: [SplitBlocks]
    ) throws(ImportError) {
        // The checksum of its name places a film, whatever other films there are.
        let order = new.sorted {
            SHA256.hexadecimal(of: "\(splits.seed)/\(items[$0].name)")
                < SHA256.hexadecimal(of: "\(splits.seed)/\(items[$1].name)")
        }
        var candidates = order.filter { !needsLabels || !items[$0].labeled.isEmpty }
        let all = existing.count + new.count
        let trains = existing.contains { $0.splits.contains(.train) }
        var free = candidates.count - (trains ? 0 : 1)
        for (split, share) in splits.heldOut {
            let there = existing.count { $0.splits.contains(split) }
            let wanted = max(1, Int((share * Double(all)).rounded())) - there
            guard wanted > 0 else { continue }
            // The first held-out split must not take what the second needs.
            let later = split == .validation && splits.test > 0 ? 1 : 0
            let count = min(wanted, max(1, free - later))
            guard free > 0 else {
                try lack(split, splits, items, needsLabels: needsLabels, there: there)
                continue
            }
            for index in candidates.prefix(count) { blocks[index] = SplitBlocks(split) }
            candidates.removeFirst(count)
            free -= count
        }
    }

    /// Notes that a split stays empty, where another is held out; else that is an error.
    private mutating func lack(
        _ split: Split, _ splits: ImportSplits, _ items: [Item], needsLabels: Bool, there: Int
    ) throws(ImportError) {
        guard there == 0 else { return }
        let isHeldOut = blocks.contains { !$0.splits.isDisjoint(with: [.validation, .test]) }
        guard !isHeldOut else {
            notes.append(
                ImportProblem(
                    .note, path: "split \(split.folder)",
                    "no film is left for it" + (needsLabels ? " that has labels" : "")))
            return
        }
        throw .tooFewLabels(
            split: split, expected: "2 films",
            found: items.count { !$0.labeled.isEmpty },
            advice: "label frames of another film, or divide each film (--split-by frames), or "
                + "hold nothing out (--validation 0 --test 0)")
    }
}

extension SplitBlocks {
    /// Divides a source: each block gets its share of some frames, those with labels or all.
    ///
    /// - Parameters:
    ///   - numbers: the numbers of these frames, in order.
    ///   - held: the held-out splits with their shares; the others' frames are for training.
    /// - Returns: nil where the frames are too few for a frame in each block.
    fileprivate init?(dividing numbers: [Int], _ held: [(split: Split, share: Double)]) {
        let total = numbers.count
        guard total > held.count else { return nil }
        let sizes = held.map { max(1, Int(($0.share * Double(total)).rounded())) }
        var start = max(1, total - sizes.reduce(0, +))
        let training = start
        var starts: [(split: Split, start: Int)] = []
        for (place, part) in held.enumerated() {
            // Blocks meet half-way between the frames next to the border.
            starts.append((part.split, (numbers[start - 1] + numbers[start] + 1) / 2))
            start += min(sizes[place], total - start - (held.count - place - 1))
        }
        self.init(training: training, starts)
    }
}
