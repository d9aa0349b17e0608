import Foundation
import GestaltData
import GestaltMetrics
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

extension FitReport {
    /// A score with its uncertainty.
    public struct Estimate: Codable, Sendable, Equatable, CustomStringConvertible {
        public var value: Double
        /// The bounds of the 95 % interval; nil with fewer than two groups.
        public var lower: Double?
        public var upper: Double?

        init(_ interval: ConfidenceInterval, isMeaningful: Bool) {
            value = interval.estimate
            let isKnown = isMeaningful && !interval.lower.isNaN
            lower = isKnown ? interval.lower : nil
            upper = isKnown ? interval.upper : nil
        }

        public var description: String {
            let number = String(format: "%.3f", value)
            guard let lower, let upper else { return number + ", without an interval" }
            return number + String(format: " (%.3f … %.3f)", lower, upper)
        }
    }

    /// The agreement with the labeled objects of one category.
    public struct ObjectScore: Codable, Sendable, Equatable, CustomStringConvertible {
        public var name: String
        /// Average precision at an IoU of 0.5; nil where no label shows the category.
        public var ap50: Estimate?
        /// Panoptic quality; nil where no label shows the category.
        public var pq: Estimate?
        /// The number of labeled objects.
        public var objects: Int

        public var description: String {
            guard let ap50, let pq else { return "\(name): not in the held-out labels" }
            return "\(name): AP50 \(ap50), PQ \(pq), \(objects) objects"
        }
    }

    /// Scores the objects of each category on held-out windows.
    static func scores(
        of model: any InstanceModel, _ categories: [ModelCategory], on set: DataSet
    ) throws -> Scores {
        let truth = try set.categorized(into: model.classes)
        let step = interval(of: truth)
        let frames = LabeledFrames.labeled(in: truth).enumerated()
            .filter { $0.offset % step == 0 }.map(\.element)
        let (groups, basis) = groups(of: frames.map { truth.info(at: $0.clip).name })
        var tally = InstanceTally()
        for (index, group) in zip(frames, groups) {
            let clip = try truth.clip(at: index.clip)
            guard let annotation = clip.annotation(of: index.frame) else { continue }
            let picture = clip.frames[index.frame].expanded(axis: 0)
            let proposals = model.proposals(images: picture)[0]
            guard proposals.isFinite else {
                throw NonFiniteScores(picture: "\(clip.name), frame \(index.frame)")
            }
            tally.add(proposals, SegmentedInstances(proposals), annotation, clip: group)
        }
        let isMeaningful = Set(groups).count > 1
        let scores = (1..<model.classes).map { label in
            let count = tally.count(of: label)
            let name = categories.indices.contains(label) ? categories[label].name : "\(label)"
            guard count > 0 else { return ObjectScore(name: name, objects: 0) }
            let (ap50, pq) = tally.intervals(of: label)
            return ObjectScore(
                name: name, ap50: Estimate(ap50, isMeaningful: isMeaningful),
                pq: Estimate(pq, isMeaningful: isMeaningful), objects: count)
        }
        return Scores(objects: scores, basis: basis)
    }
}
