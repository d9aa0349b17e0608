import GestaltFilm
import GestaltIO
import GestaltMedia
import GestaltSegHeads
import GestaltTensor

/// A frame with its mask.
public struct MaskedFrame: Sendable {
    public let frame: FilmFrame
    /// `[H, W]`: 0 background, 1 foreground or the number of the class, or the id of the object.
    public let labels: Tensor<UInt8>
    /// The objects by id; nil where labels are classes.
    public let objects: [Object]?

    /// An object in a frame.
    public struct Object: Sendable, Hashable {
        /// Its id in the mask.
        public let id: UInt8
        /// Its category, from 1 on.
        public let category: UInt8
        public let score: Float
        /// The number of the object in the film, from 1 on.
        public let track: Int

        public init(id: UInt8, category: UInt8, score: Float, track: Int) {
            (self.id, self.category, self.score, self.track) = (id, category, score, track)
        }
    }

    public init(frame: FilmFrame, labels: Tensor<UInt8>, objects: [Object]? = nil) {
        (self.frame, self.labels, self.objects) = (frame, labels, objects)
    }
}

/// A result of the segmentation of a film, written frame by frame.
///
/// The frames come in order, one call at a time, from a thread of ``FilmSegmentation``.
public protocol MaskOutput: AnyObject {
    /// The path of the file or folder that is written.
    var path: String { get }
    /// Writes a frame. All frames of a film have one size.
    func append(_ frame: MaskedFrame) throws
    /// Completes the file.
    func finish() throws
    /// Ends without a result; a partial file is removed.
    func cancel()
}

/// What an output is made for.
public struct MaskOutputSettings: Sendable {
    /// The name of the film, without a folder and an ending.
    public var film: String
    /// The folder of all results.
    public var folder: String
    /// The categories, background first.
    public var categories: [ModelCategory]
    /// 1 for foreground against background, else the number of classes.
    public var classes: Int
    /// The mean number of frames per second.
    public var framesPerSecond: Double
    /// The opacity of colors over a picture, 0 to 1.
    public var opacity: Float
    /// Whether masks hold ids of objects.
    public var tellsInstances: Bool

    public init(
        film: String, folder: String, categories: [ModelCategory], classes: Int,
        framesPerSecond: Double = 25, opacity: Float = 0.5, tellsInstances: Bool = false
    ) {
        self.tellsInstances = tellsInstances
        (self.film, self.folder, self.categories) = (film, folder, categories)
        (self.classes, self.framesPerSecond, self.opacity) = (classes, framesPerSecond, opacity)
    }

    /// The color of each label of a mask, 256 of them.
    var colors: [Color] {
        (0...UInt8.max).map { label in
            let own = categories.indices.contains(Int(label)) ? categories[Int(label)].value : nil
            if label == 0 { return .black }
            return (tellsInstances ? nil : own) ?? .label(label)
        }
    }

    /// Returns the path of a result, `folder/kind/film` with an ending.
    func path(_ kind: String, _ ending: String = "") throws(FileFailure) -> String {
        let path = "\(folder)/\(kind)/\(film)\(ending)"
        try OutputFile.makeFolder(of: path)
        return path
    }
}

/// The kinds of results by name, that any module can extend.
public enum MaskOutputs {
    /// Makes an output; creates its folder, so that a path in the way is found at once.
    public typealias Maker = @Sendable (MaskOutputSettings) throws -> any MaskOutput

    /// `masks`, `overlay`, `coco`, `times`.
    public static let registry = Registry<Maker>(
        "format of masks",
        [
            "masks": { try MaskPictures($0) },
            "overlay": { try OverlayFilm($0) },
            "coco": { try COCOMasks($0) },
            "times": { try FrameTimes($0) },
        ])

    /// The kinds that are written by default.
    public static let usual = ["masks", "overlay", "coco"]
}

extension FilmSegmentation {
    /// Makes outputs by their names, and the table of times that belongs to all.
    /// - Throws: `RegistryError` for an unknown name; `FileFailure`.
    public func outputs(
        _ names: [String], film: String, folder: String, framesPerSecond: Double = 25,
        opacity: Float? = nil
    ) throws -> [any MaskOutput] {
        let settings = MaskOutputSettings(
            film: film, folder: folder, categories: categories, classes: classes,
            framesPerSecond: framesPerSecond, opacity: opacity ?? (classes == 1 ? 0.35 : 0.5),
            tellsInstances: tellsInstances)
        let all = names.contains("times") ? names : names + ["times"]
        let makers = try all.map { try MaskOutputs.registry.entry(named: $0) }
        var outputs: [any MaskOutput] = []
        do {
            for maker in makers { outputs.append(try maker(settings)) }
        } catch {
            for output in outputs { output.cancel() }
            throw error
        }
        return outputs
    }
}
