import GestaltData
import GestaltMotion
import GestaltRecipes

/// The properties of the frames and labels of a data set that a ``FitPlan`` depends on.
public struct FrameFacts: Codable, Sendable, Equatable {
    /// One clip.
    public struct ClipFacts: Codable, Sendable, Equatable {
        public var split: Split
        /// The number of the clip in its split.
        public var index: Int
        public var name: String
        /// The film that the clip is of; clips of one film are held out together.
        public var film: String
        public var frameCount: Int
        /// The labeled frames in order.
        public var labeled: [LabeledFacts]

        public init(
            split: Split, index: Int, name: String, film: String, frameCount: Int,
            labeled: [LabeledFacts]
        ) {
            (self.split, self.index, self.name, self.film) = (split, index, name, film)
            (self.frameCount, self.labeled) = (frameCount, labeled)
        }
    }

    /// One labeled frame.
    public struct LabeledFacts: Codable, Sendable, Equatable {
        /// The number of the frame in its clip.
        public var frame: Int
        /// The classes that some pixel shows, from 1, in order.
        public var classes: [Int]

        public init(frame: Int, classes: [Int]) { (self.frame, self.classes) = (frame, classes) }
    }

    /// The splits that the data come in; empty for data without.
    public var splits: [Split]
    public var clips: [ClipFacts]
    /// The most frequent size of frames.
    public var height: Int
    public var width: Int
    /// 1 for foreground against background, else the number of categories with the background.
    public var classes: Int
    /// The categories with the background; empty where their names are unknown.
    public var categories: [ModelCategory]
    /// The root of the area of a small labeled region, of the tenth percentile, over the root of
    /// the area of its frame; nil without labels.
    public var smallestSide: Double?
    /// Whether the camera stands still in the clips that were examined; false for single pictures.
    public var cameraIsStill: Bool
    /// The largest number of objects in a labeled frame; nil for labels of categories.
    public var mostObjects: Int?

    public init(
        splits: [Split], clips: [ClipFacts], height: Int, width: Int, classes: Int,
        categories: [ModelCategory], smallestSide: Double?, cameraIsStill: Bool,
        mostObjects: Int? = nil
    ) {
        (self.splits, self.clips, self.height, self.width) = (splits, clips, height, width)
        (self.classes, self.categories) = (classes, categories)
        (self.smallestSide, self.cameraIsStill) = (smallestSide, cameraIsStill)
        self.mostObjects = mostObjects
    }

    public var frameCount: Int { clips.reduce(0) { $0 + $1.frameCount } }
    public var labeledCount: Int { clips.reduce(0) { $0 + $1.labeled.count } }
    /// The films with a labeled frame, in order.
    public var labeledFilms: [String] {
        clips.filter { !$0.labeled.isEmpty }.reduce(into: []) { films, clip in
            if !films.contains(clip.film) { films.append(clip.film) }
        }
    }
}

extension FrameFacts {
    /// Collects the facts of data, reading each clip once, and some of them again.
    ///
    /// - Parameters:
    ///   - classes: the number of classes; nil takes the categories of the data, or the ids that
    ///     occur.
    ///   - labels: the number of labeled frames to keep, spread over the clips; nil for all.
    /// - Throws: errors of opening the data; `ClipError` for ids that are no class, and for labels
    ///   that do not tell objects apart where the data are of `LabelMeaning.instances`.
    public init(
        of source: DataChoice, classes: Int? = nil, labels: Int? = nil, showsProgress: Bool = false
    ) throws {
        FittingKinds.register()
        var source = source
        source.holdout = nil
        let hasSplits = try DataSet.hasSplits(source.location)
        var sets: [(split: Split, set: DataSet)] = [
            (.train, try source.open(.train, masks: .ifPresent, showsProgress: showsProgress))
        ]
        if hasSplits, let (split, set) = try Self.evaluation(of: source) {
            sets.append((split, set))
        }
        let train = sets[0].set
        let tellsInstances = source.labelMeaning == .instances
        let count =
            tellsInstances
            ? try Self.instanceClasses(of: train, classes) : classes ?? Self.classes(of: train)
        var clips: [ClipFacts] = []
        var sides: [Double] = []
        for (split, set) in sets {
            let kept =
                split == .train
                ? labels.map { LabeledFrames.spread(min($0, set.labeledFrameCount), of: set) } : nil
            sides += try Self.sides(of: set, kept)
            clips += try Self.clips(of: set.classified(into: count), split, kept, classes: count)
        }
        let sizes = Dictionary(grouping: train.infos(), by: \.size).mapValues(\.count)
        let size =
            sizes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? train.info(at: 0).size
        self.init(
            splits: hasSplits ? sets.map(\.split) : [], clips: clips, height: size.height,
            width: size.width, classes: count,
            categories: tellsInstances
                ? try Self.instanceCategories(of: train, classes: count)
                : try Self.categories(of: train, classes: count),
            smallestSide: Self.percentile(0.1, of: sides),
            cameraIsStill: try Self.isStill(train),
            mostObjects: tellsInstances ? Self.mostObjects(in: sets.map(\.set)) : nil)
    }

    /// Opens the validation split, or the test split of data without one; nil where there is none.
    private static func evaluation(of source: DataChoice) throws -> (Split, DataSet)? {
        for split in [Split.validation, .test] {
            do {
                return (split, try source.open(split, masks: .ifPresent))
            } catch ClipError.noSplit {
                continue
            }
        }
        return nil
    }

    /// Returns the number of classes that the labels of a set name.
    private static func classes(of set: DataSet) -> Int {
        if let categories = set.categories, categories.count > 1 {
            return categories.count == 2 ? 1 : min(categories.count, 255)
        }
        let ids = set.labelSummary.ids.filter { $0 > 0 }
        let isOne = ids.count < 2 || set.labelMeaning == .instances
        return isOne || set.labelCoding?.isBinary == true ? 1 : (ids.max() ?? 1) + 1
    }

    private static func categories(of set: DataSet, classes: Int) throws -> [ModelCategory] {
        (try set.classified(into: classes).categories ?? []).enumerated()
            .map { ModelCategory($1, number: UInt8(clamping: $0)) }
    }

    private static func clips(
        of set: DataSet, _ split: Split, _ kept: [FrameIndex]?, classes: Int
    ) throws -> [ClipFacts] {
        let chosen = kept.map(Set.init)
        return set.infos().enumerated().map { index, info in
            let frames = info.labeledFrames.filter {
                chosen?.contains(FrameIndex(clip: index, frame: $0)) ?? true
            }
            return ClipFacts(
                split: split, index: index, name: info.name, film: film(ofClip: info.name),
                frameCount: info.frameCount,
                labeled: frames.map { frame in
                    let summary = LabelSummary(
                        of: set, frames: [FrameIndex(clip: index, frame: frame)])
                    let ids = summary.ids.filter { $0 > 0 }
                    // Without classes every id is foreground.
                    return LabeledFacts(
                        frame: frame, classes: classes > 1 || ids.isEmpty ? ids : [1])
                })
        }
    }

    /// Returns the relative sides of the labeled regions of a set, by its ids.
    private static func sides(of set: DataSet, _ kept: [FrameIndex]?) throws -> [Double] {
        let frames = kept ?? LabeledFrames.labeled(in: set)
        let step = max(1, frames.count / mostMeasured)
        return stride(from: 0, to: frames.count, by: step).flatMap { place -> [Double] in
            let summary = LabelSummary(of: set, frames: [frames[place]])
            let area =
                Double(set.info(at: frames[place].clip).height)
                * Double(set.info(at: frames[place].clip).width)
            return summary.pixels.dropFirst().filter { $0 > 0 }
                .map { (Double($0) / area).squareRoot() }
        }
    }

    /// Labeled frames whose regions are measured, at most.
    private static let mostMeasured = 500

    private static func percentile(_ share: Double, of values: [Double]) -> Double? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : sorted[Int(share * Double(sorted.count - 1))]
    }

    /// Whether the camera stands still in clips spread over the set, at most ``examinedClips``.
    private static func isStill(_ set: DataSet) throws -> Bool {
        let films = set.infos().indices.filter { set.info(at: $0).frameCount > 1 }
        guard !films.isEmpty else { return false }
        let count = min(films.count, examinedClips)
        for place in 0..<count {
            let clip = try set.clip(at: films[place * films.count / count])
            let frames = min(clip.frameCount, examinedFrames)
            guard CameraMotion(of: clip.window(0..<frames).frames).isStill else { return false }
        }
        return true
    }

    private static let examinedClips = 24
    private static let examinedFrames = 32

    /// Returns the film that a clip is of, by its name: `FILM#CLIP` of imported sets,
    /// `FILM/FIRST-LAST` of long films, else the clip. Clips of a file of records,
    /// `NAME.tfrecords#CLIP`, are films of their own.
    static func film(ofClip name: String) -> String {
        if let end = name.lastIndex(of: "#") {
            let file = String(name[..<end])
            return RecordClips.pathEndings.contains(where: file.hasSuffix) ? name : file
        }
        guard let slash = name.lastIndex(of: "/") else { return name }
        let numbers = name[name.index(after: slash)...].split(separator: "-")
        let isPart = numbers.count == 2 && numbers.allSatisfy { Int($0) != nil }
        return isPart ? String(name[..<slash]) : name
    }
}
