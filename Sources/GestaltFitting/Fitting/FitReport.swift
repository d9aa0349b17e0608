import Foundation
import GestaltData
import GestaltIO
import GestaltMetrics
import GestaltRecipes
import GestaltSegHeads

/// The scores of a fitted model on what was held out: `report.json`.
public struct FitReport: Codable, Sendable, Equatable {
    /// The agreement with the labels of one category.
    public struct CategoryScore: Codable, Sendable, Equatable, CustomStringConvertible {
        public var name: String
        /// The mean IoU of the pictures in which labels or masks show it; nil where none does.
        public var iou: Double?
        /// The bounds of the 95 % interval of the mean; nil with fewer than two groups.
        public var lower: Double?
        public var upper: Double?
        /// The number of pictures with a score.
        public var pictures: Int

        public var description: String {
            guard let iou else { return "\(name): not in the held-out labels" }
            let interval = lower.flatMap { lower in
                upper.map { String(format: " (%.3f … %.3f)", lower, $0) }
            }
            return name + String(format: ": IoU %.3f", iou)
                + (interval ?? ", without an interval") + ", \(pictures) pictures"
        }
    }

    public var categories: [CategoryScore]
    /// The scores of the objects of each category; nil for a model of categories.
    public var objects: [ObjectScore]?
    /// What was held out.
    public var heldOut: HeldOut
    /// What the intervals are over; nil without scores.
    public var intervals: String?
    /// The plan that was carried out.
    public var plan: FitPlan
    /// The seconds of this session.
    public var seconds: Double

    init(_ fit: FitDescription, scores: Scores?, seconds: Double) {
        (categories, objects) = (scores?.categories ?? [], scores?.objects)
        (heldOut, plan) = (fit.heldOut, fit.plan)
        (intervals, self.seconds) = (scores?.basis, seconds)
    }

    /// The scores on held-out windows.
    struct Scores {
        var categories: [CategoryScore] = []
        var objects: [ObjectScore]?
        /// What the intervals are over.
        var basis: String
    }

    /// The lines that state the scores.
    public var lines: [String] {
        guard let intervals else { return [heldOut.description] }
        let scores = categories.map(\.description) + (objects ?? []).map(\.description)
        return scores + [
            heldOut.description, "95 % intervals over \(intervals)",
        ]
    }

    /// Appends the scores to the model's README.
    func append(to path: String) throws {
        let text = try FileReader.bytes(path: path, limit: 1 << 20)
        let scores = "\n## Held-out scores\n\n" + lines.map { "- \($0)\n" }.joined()
        try AtomicFile.write(text + Array(scores.utf8), to: path)
    }
}

extension FitReport {
    /// The number of films, or of windows, from which intervals are over these.
    private static let leastGroups = SegmentationReport.leastClips
    /// Held-out frames beyond this number are scored every fifth.
    private static let many = 500

    /// Scores the categories of a model on held-out windows.
    static func scores(
        of model: any SegmentationModel, _ categories: [ModelCategory], on set: DataSet
    ) throws -> Scores {
        let report = try SegmentationReport(
            of: model, on: set, every: interval(of: set), measuresBoundaries: false)
        let (groups, basis) = groups(of: report.images.map(\.clip))
        let labels: [Int?] = model.classes == 1 ? [nil] : (1..<model.classes).map { $0 }
        let scores = labels.map { label in
            let place = label ?? 1
            return score(
                categories.indices.contains(place) ? categories[place].name : "class \(place)",
                report.images.map { image in
                    guard let label else { return image.iou }
                    return image.classes.indices.contains(label - 1)
                        ? image.classes[label - 1] : nil
                }, groups)
        }
        return Scores(categories: scores, basis: basis)
    }

    /// The interval between scored frames.
    static func interval(of set: DataSet) -> Int { set.labeledFrameCount > many ? 5 : 1 }

    private static func score(
        _ name: String, _ scores: [Double?], _ groups: [Int]
    ) -> CategoryScore {
        let known = scores.compactMap { $0 }
        guard !known.isEmpty else {
            return CategoryScore(name: name, iou: nil, lower: nil, upper: nil, pictures: 0)
        }
        let interval = PairedScores(runs: [scores], clips: groups).interval()
        let isMeaningful = Set(groups).count > 1
        return CategoryScore(
            name: name, iou: interval.estimate, lower: isMeaningful ? interval.lower : nil,
            upper: isMeaningful ? interval.upper : nil, pictures: known.count)
    }

    /// The groups that are resampled: films, else windows of them, else single frames.
    /// - Parameter windows: the name of the window of each picture.
    static func groups(of windows: [String]) -> (groups: [Int], basis: String) {
        let films = windows.map { FrameFacts.film(ofClip: SelectedClips.sourceName(of: $0)) }
        let frames = windows.indices.map(String.init)
        for (names, basis) in [
            (films, "films"),
            (windows, "stretches of a film, too narrow for other films"),
            (frames, "frames, too narrow for other films"),
        ] where Set(names).count >= leastGroups || names == frames {
            var numbers: [String: Int] = [:]
            return (
                names.map { name in
                    if let number = numbers[name] { return number }
                    numbers[name] = numbers.count
                    return numbers.count - 1
                }, basis
            )
        }
        return (Array(windows.indices), "frames")
    }
}
