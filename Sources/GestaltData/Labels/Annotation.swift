import GestaltMedia
import GestaltTensor

/// A category of labels.
public struct LabelCategory: Sendable, Hashable {
    public var name: String
    /// The color in images; nil for `Color.label(_:)` of the category's number.
    public var color: Color?

    public init(_ name: String, color: Color? = nil) {
        self.name = name
        self.color = color
    }
}

/// The labels of one frame: the instance of each pixel, and the category of each instance.
public struct Annotation: Sendable {
    /// `[H, W]`: 0 background, 1…254 an instance, ``Clip/ignoredLabel`` what counts for nothing.
    public let ids: Tensor<UInt8>
    /// The instances that some pixel shows, by id.
    public let instances: [Instance]

    /// One instance in a frame.
    public struct Instance: Sendable, Hashable {
        public let id: UInt8
        /// Its category in ``DataSet/categories``; nil where the clip's categories omit it.
        public let category: UInt8?
        public let pixelCount: Int
    }

    /// - Parameter categories: of the ids; nil where every id is a category of its own.
    init(_ ids: Tensor<UInt8>, categories: [UInt8: UInt8]?) {
        self.ids = ids
        let counts = ClipCounts.histogram(ids)
        instances = (1..<Clip.ignoredLabel).filter { counts[Int($0)] > 0 }.map { id in
            Instance(
                id: id, category: categories.map { $0[id] } ?? id, pixelCount: counts[Int(id)])
        }
    }
}

extension Clip {
    /// Returns the labels of a frame; nil for an unlabeled one.
    ///
    /// - Precondition: the frame exists.
    public func annotation(of frame: Int) -> Annotation? {
        guard isLabeled(frame), let masks else { return nil }
        return Annotation(masks[frame], categories: categories)
    }
}

/// Clips of a source whose instances have categories.
public struct CategorizedClips: ClipSource {
    public let source: any ClipSource
    /// The category of each id, from 1 on; see ``DataSet/categories``.
    public let categories: [UInt8: UInt8]

    public init(_ source: any ClipSource, categories: [UInt8: UInt8]) {
        self.source = source
        self.categories = categories
    }

    public var count: Int { source.count }
    public var labelMeaning: LabelMeaning { source.labelMeaning }
    public var labelCoding: LabelCoding? { source.labelCoding }
    public var isInMemory: Bool { source.isInMemory }
    public var remarks: [String] { source.remarks }
    public var description: String { source.description }

    public func clip(at index: Int) throws -> Clip {
        var clip = try source.clip(at: index)
        clip.categories = categories
        return clip
    }

    public func pieces(at index: Int) throws -> ClipPieces {
        var pieces = try source.pieces(at: index)
        for place in pieces.clips.indices { pieces.clips[place].categories = categories }
        return pieces
    }
}
