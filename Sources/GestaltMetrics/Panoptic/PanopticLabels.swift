import GestaltChecks
import GestaltTensor

/// A picture divided into segments: each pixel belongs to one, or to none.
public struct PanopticLabels: Sendable {
    public struct Segment: Sendable, Hashable, Codable {
        public var id: Int32
        public var category: Int
        /// Whether the segment is a group of many instances: predictions mostly within it count
        /// neither as right nor as wrong. Of use in the truth only.
        public var isCrowd: Bool

        public init(id: Int32, category: Int, isCrowd: Bool = false) {
            self.id = id
            self.category = category
            self.isCrowd = isCrowd
        }
    }

    /// `[height, width]`: the segment of each pixel; 0 is void, a pixel without one.
    public let ids: Tensor<Int32>
    public let segments: [Segment]

    /// - Parameter segments: those of `ids`; further ones, without a pixel, have no effect.
    /// - Precondition: rank 2; ids are not 0 and differ; each id of the picture has its segment.
    public init(ids: Tensor<Int32>, segments: [Segment]) {
        require(ids.rank == 2, "PanopticLabels: shape \(ids.shape) is not [height, width]")
        let known = Set(segments.map(\.id))
        require(
            known.count == segments.count && !known.contains(0),
            "PanopticLabels: segments \(segments.map(\.id)); ids differ and are not 0")
        self.ids = ids
        self.segments = segments
        ids.withScalars { labels in
            for id in Set(labels) where id != 0 {
                require(known.contains(id), "PanopticLabels: no segment \(id) in the list")
            }
        }
    }

    /// Segments from a category and an instance number of each pixel: the pixels with equal
    /// category and instance are a segment.
    ///
    /// Give every pixel of a category without instances (stuff) the same number.
    ///
    /// - Parameters:
    ///   - categories: `[height, width]`.
    ///   - instances: `[height, width]`.
    ///   - void: the category of pixels that belong to no segment; nil where all do.
    /// - Precondition: equal shapes of rank 2.
    public init<Label: NumericScalar & BinaryInteger>(
        categories: Tensor<Label>, instances: Tensor<Label>, void: Int? = nil
    ) {
        require(
            categories.rank == 2 && categories.shape == instances.shape,
            "PanopticLabels: categories \(categories.shape) and instances \(instances.shape) "
                + "are not both [height, width]")
        var numbers: [SegmentKey: Int32] = [:]
        var segments: [Segment] = []
        let ids = zip(categories.scalars, instances.scalars).map { category, instance -> Int32 in
            let key = SegmentKey(category: Int(category), instance: Int(instance))
            guard key.category != void else { return 0 }
            if let number = numbers[key] { return number }
            let number = Int32(segments.count + 1)
            numbers[key] = number
            segments.append(Segment(id: number, category: key.category))
            return number
        }
        self.ids = Tensor(shape: categories.shape, scalars: ids)
        self.segments = segments
    }
}

/// The pixels of a segment.
private struct SegmentKey: Hashable {
    let category: Int
    let instance: Int
}
