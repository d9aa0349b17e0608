import GestaltData
import GestaltTensor

/// The labeled frames that a fit is scored on and does not learn from.
public struct HeldOut: Codable, Sendable, Equatable {
    /// The origin of the frames.
    public enum Basis: String, Codable, Sendable {
        /// A split of its own, `val` or `test`.
        case split
        /// Whole films.
        case films
        /// A stretch of the only film with labels; scores of other films may be lower.
        case frames
        /// None: there are too few labels.
        case none
    }

    public var basis: Basis
    /// The names of the films; empty for a split.
    public var films: [String]
    /// The places in ``FrameFacts/clips`` that are held out as a whole.
    public var clips: [Int]
    /// The stretch of ``Basis/frames``: frames counted over all clips of its film, in order.
    public var stretch: Range<Int>?
    /// The number of labeled frames that are held out.
    public var labeledCount: Int

    /// The share of films, or of labeled frames, that is held out by default.
    public static let usualShare = 0.2

    /// Chooses what is held out.
    ///
    /// A labeled split of evaluation is taken as it is. Otherwise a share of the films with labels
    /// is held out, drawn from a fixed seed, so that each category keeps a film to learn from; with
    /// one film a stretch of it, which shows as many categories as possible.
    ///
    /// - Parameter share: 0 to 1; 0 holds nothing out, except for a split.
    public init(from facts: FrameFacts, share: Double = usualShare) {
        if let split = Self.split(facts) {
            self = split
        } else if share > 0, let films = Self.films(facts, share) {
            self = films
        } else if share > 0, let frames = Self.frames(facts, share) {
            self = frames
        } else {
            self.init(.none)
        }
    }

    private init(
        _ basis: Basis, films: [String] = [], clips: [Int] = [], stretch: Range<Int>? = nil,
        labeled: Int = 0
    ) {
        (self.basis, self.films, self.clips) = (basis, films, clips)
        (self.stretch, labeledCount) = (stretch, labeled)
    }

    /// A sentence on what is held out.
    public var description: String {
        switch basis {
        case .split: "scored on \(labeledCount) labeled frames of a split of its own"
        case .films:
            "held out: \(films.count == 1 ? "the film" : "the films") "
                + "\(films.joined(separator: ", ")) with \(labeledCount) labeled frames"
        case .frames:
            "held out: a stretch of the only labeled film with \(labeledCount) labeled frames; "
                + "scores on other films may be lower"
        case .none:
            "nothing is held out: a score needs a share above 0 and two labeled frames or more"
        }
    }

    private static func split(_ facts: FrameFacts) -> HeldOut? {
        let clips = facts.clips.indices.filter { facts.clips[$0].split != .train }
        let labeled = clips.reduce(0) { $0 + facts.clips[$1].labeled.count }
        return labeled > 0 ? HeldOut(.split, clips: clips, labeled: labeled) : nil
    }

    private static func films(_ facts: FrameFacts, _ share: Double) -> HeldOut? {
        var films = facts.labeledFilms
        guard films.count > 1 else { return nil }
        let number = min(films.count - 1, max(1, Int((share * Double(films.count)).rounded())))
        var draws = RandomStream(seed: 0)
        for place in films.indices.dropLast() {
            films.swapAt(place, draws.integer(in: place..<films.count))
        }
        let classes = Dictionary(grouping: facts.clips, by: \.film)
            .mapValues { Set($0.flatMap(\.labeled).flatMap(\.classes)) }
        var held: Set<String> = []
        for film in films where held.count < number {
            let rest = films.filter { $0 != film && !held.contains($0) }
            let kept = rest.reduce(into: Set<Int>()) { $0.formUnion(classes[$1] ?? []) }
            guard classes[film]?.isSubset(of: kept) ?? true else { continue }
            held.insert(film)
        }
        guard !held.isEmpty else { return nil }
        let clips = facts.clips.indices.filter { held.contains(facts.clips[$0].film) }
        return HeldOut(
            .films, films: held.sorted(), clips: clips,
            labeled: clips.reduce(0) { $0 + facts.clips[$1].labeled.count })
    }

    private static func frames(_ facts: FrameFacts, _ share: Double) -> HeldOut? {
        let labels = FilmOrder(facts).labels
        guard labels.count > 1 else { return nil }
        let number = min(
            labels.count - 1, max(1, Int((share * Double(labels.count)).rounded())))
        var best: (start: Int, classes: Int)?
        for start in (0...labels.count - number).reversed() {
            let block = Set(labels[start..<start + number].flatMap(\.classes))
            let rest = labels[..<start] + labels[(start + number)...]
            guard block.isSubset(of: Set(rest.flatMap(\.classes))) else { continue }
            if block.count > best?.classes ?? -1 { best = (start, block.count) }
        }
        guard let best else { return nil }
        // Halfway to the labels on both sides.
        let (first, last) = (best.start, best.start + number - 1)
        let lower =
            first == 0 ? 0 : (labels[first - 1].place + labels[first].place + 1) / 2
        let upper =
            last + 1 == labels.count
            ? FilmOrder(facts).frameCount : (labels[last].place + labels[last + 1].place + 1) / 2
        let film = facts.labeledFilms[0]
        return HeldOut(.frames, films: [film], stretch: lower..<upper, labeled: number)
    }
}

/// The clips of the films with labels, one after the other.
struct FilmOrder {
    /// The labeled frames by their place among all frames of these clips.
    let labels: [(place: Int, classes: [Int])]
    /// The first place of each clip, by its number in ``FrameFacts/clips``.
    let starts: [Int: Int]
    let frameCount: Int

    init(_ facts: FrameFacts) {
        let films = Set(facts.labeledFilms)
        var (count, starts) = (0, [Int: Int]())
        var labels: [(place: Int, classes: [Int])] = []
        for (index, clip) in facts.clips.enumerated() where films.contains(clip.film) {
            starts[index] = count
            labels += clip.labeled.map { (count + $0.frame, $0.classes) }
            count += clip.frameCount
        }
        (self.labels, self.starts, frameCount) = (labels, starts, count)
    }
}
