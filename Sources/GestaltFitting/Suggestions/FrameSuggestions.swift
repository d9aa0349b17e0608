import Foundation
import GestaltChecks
import GestaltData
import GestaltIO
import GestaltImport
import GestaltModels
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor

/// A frame that is worth labeling.
public struct Suggestion: Codable, Sendable, Equatable {
    /// The number of the clip in its set.
    public var clip: Int
    /// The name of the clip.
    public var name: String
    /// The number of the frame in the clip.
    public var frame: Int
    /// The film, or the clip where it is of none.
    public var film: String
    /// The number of the frame in its film, from 0.
    public var number: Int
    /// The mean entropy of the model's probabilities, 0 (certain) to 1.
    public var uncertainty: Double
    /// The distance to the nearest labeled or suggested frame, in standard deviations of the
    /// latent space; nil where there was none before.
    public var distance: Double?

    public init(
        clip: Int, name: String, frame: Int, film: String, number: Int, uncertainty: Double,
        distance: Double? = nil
    ) {
        (self.clip, self.name, self.frame) = (clip, name, frame)
        (self.film, self.number) = (film, number)
        (self.uncertainty, self.distance) = (uncertainty, distance)
    }
}

/// The choice of frames to label next: those that the model is uncertain about, far from each other
/// and from labeled ones in the latent space of its encoder, and never two that look alike.
///
/// - The uncertainty of a frame is the entropy of the probabilities, averaged over the frame and its
///   mirror image, in units of the largest possible one; its mean over all pixels farther than two
///   pixels from a predicted boundary, where every model is uncertain. The probabilities of a model of
///   instances are `InstanceProposals.classProbabilities`.
/// - The latent of a frame is the encoder's features, averaged over 3 × 3 parts of the picture, each
///   channel in units of its standard deviation; of a model without features, the probabilities.
/// - The next frame is the one with the largest product of uncertainty and distance to the nearest
///   labeled or chosen frame (farthest-point sampling, weighted).
/// - Two frames look alike if their pictures at 16 × 16 pixels differ by less than a third of what
///   frames half a clip apart differ by, the median.
///
/// <!-- given:
/// let model: any SegmentationModel = given()
/// let set: DataSet = given()
/// -->
/// ```swift
/// let suggestions = try FrameSuggestions(of: model).frames(in: set)
/// ```
public struct FrameSuggestions {
    private let network: FrameNetwork
    /// The number of frames to choose.
    public var count = 10
    /// The number of frames that are examined at most, spread over all.
    public var mostCandidates = 2000
    /// Every which frame of a clip is examined; nil follows ``mostCandidates``.
    public var stride: Int?

    /// - Precondition: the model segments single frames.
    public init(of model: any SegmentationModel) {
        require(!model.readsClips, "FrameSuggestions: the model segments clips, not frames")
        network = FrameNetwork(model)
    }

    /// The same for a model that tells objects apart.
    public init(of model: any InstanceModel) {
        network = FrameNetwork(model)
    }

    /// The same for an opened model of either kind.
    /// - Throws: `ConfigurationError` for a model that segments clips; `ModelMismatch` for one that
    ///   segments nothing.
    public init(of opened: OpenedModel) throws {
        if let model = opened.model as? any InstanceModel {
            self.init(of: model)
            return
        }
        let model = try opened.segmentation()
        guard !model.readsClips else {
            throw ConfigurationError.invalid(
                "model", expected: "a model of single frames, for suggestions",
                found: "\(opened.path), which segments clips")
        }
        self.init(of: model)
    }

    /// Labeled frames that suggestions keep away from, at most, spread over all.
    private static let mostLabeled = 500
    /// Frames that the model sees at once.
    private static let batch = 8

    /// Returns up to ``count`` frames, the most useful first; fewer where all others look like a
    /// labeled or chosen one.
    ///
    /// - Throws: errors of reading and of `progress`.
    public func frames(in set: DataSet, progress: ProgressHandler? = nil) throws -> [Suggestion] {
        let labeled = Set(LabeledFrames.labeled(in: set))
        let all = set.lengths.reduce(0, +)
        let step = stride ?? max(1, (all + mostCandidates - 1) / mostCandidates)
        let candidates = LabeledFrames.every(step, of: set.lengths)
            .filter { !labeled.contains($0) }
        let known = spread(labeled.sorted { ($0.clip, $0.frame) < ($1.clip, $1.frame) })
        guard !candidates.isEmpty else { return [] }
        let frames = known + candidates
        var views: [FrameView] = []
        for (clip, part) in runs(of: frames) {
            let pixels = try set.clip(at: clip)
            for start in Swift.stride(from: 0, to: part.count, by: Self.batch) {
                let numbers = part[start..<min(start + Self.batch, part.count)]
                views += network.views(of: numbers.map { pixels.frames[$0] })
                try progress?(
                    WorkProgress(done: views.count, total: frames.count, unit: "frames"))
            }
        }
        let choice = FarthestFrames(views, clips: frames.map(\.clip), known: known.count)
            .choice(of: count)
        return try choice.map { place, distance in
            let index = frames[place]
            let clip = try set.clip(at: index.clip)
            return Suggestion(
                clip: index.clip, name: clip.name, frame: index.frame,
                film: FrameFacts.film(ofClip: clip.name), number: clip.number(of: index.frame),
                uncertainty: views[place].uncertainty, distance: distance)
        }
    }

    private func spread(_ frames: [FrameIndex]) -> [FrameIndex] {
        guard frames.count > Self.mostLabeled else { return frames }
        return (0..<Self.mostLabeled).map { frames[$0 * frames.count / Self.mostLabeled] }
    }

    /// Frames of one clip in a row, so that each clip is read once or twice.
    private func runs(of frames: [FrameIndex]) -> [(clip: Int, frames: [Int])] {
        var runs: [(clip: Int, frames: [Int])] = []
        for index in frames {
            if runs.last?.clip == index.clip {
                runs[runs.count - 1].frames.append(index.frame)
            } else {
                runs.append((index.clip, [index.frame]))
            }
        }
        return runs
    }
}

extension Clip {
    /// The number of a frame in the film that the clip is of, or in the clip.
    fileprivate func number(of frame: Int) -> Int {
        if let timeline { return timeline.numbers[frame] }
        return series[ImportedSet.numberSeries].map { Int($0[scalar: frame, 0]) } ?? frame
    }
}
