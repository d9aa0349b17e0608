import GestaltChecks
import GestaltTensor

/// Pictures of a batch with what is known of each pixel.
public struct LabeledPictures: Sendable {
    /// `[N, …, H, W, 3]`.
    public var frames: Tensor<Float>
    /// `[N, …, H, W]`, ids as in ``Clip/masks``.
    public var masks: Tensor<UInt8>
    /// Maps `[N, …, H, W, K]`, each of any `K`.
    public var maps: [Tensor<Float>]

    /// - Precondition: all have the same `[N, …, H, W]`.
    public init(frames: Tensor<Float>, masks: Tensor<UInt8>, maps: [Tensor<Float>] = []) {
        let places = Array(masks.shape)
        require(
            places.count >= 3 && Array(frames.shape) == places + [3],
            "LabeledPictures: frames \(frames.shape) with masks \(masks.shape)")
        for map in maps {
            require(
                Array(map.shape.dropLast()) == places,
                "LabeledPictures: a map \(map.shape) with masks \(masks.shape)")
        }
        self.frames = frames
        self.masks = masks
        self.maps = maps
    }
}

/// One definite mixture of the items of a batch: for each item what it takes from others.
///
/// Everything is taken from the items as they were before. First the foreground of one item is
/// pasted (Ghiasi et al., *Simple Copy-Paste is a Strong Data Augmentation Method for Instance
/// Segmentation*, 2021), then a rectangle of one (Yun et al., *CutMix*, 2019), each with its mask
/// and its maps. Ids are taken unchanged: equal ids of two items become one, which suits classes;
/// batches number instances again.
public struct BatchMixing: Sendable, Hashable {
    /// The parts that one item takes from others.
    public struct Item: Sendable, Hashable {
        /// The item whose foreground, ids 1…254, is pasted; nil for none.
        public var foreground: Int?
        /// Whether it is pasted onto the item's background, on which its own foreground is replaced
        /// by the clip's median, see ``Clip/withoutForeground(median:)``.
        public var isOnMedian = false
        /// The item of which a rectangle is taken; nil for none.
        public var rectangle: Int?
        /// That rectangle, in the same place of both.
        public var region = PixelRegion(rows: 0..<0, columns: 0..<0)

        public init() {}
    }

    /// One for each item of the batch.
    public var items: [Item]

    public init(items: [Item]) { self.items = items }

    /// Whether anything is taken.
    public var isEmpty: Bool { items.allSatisfy { $0.foreground == nil && $0.rectangle == nil } }

    /// The batch with what its items take.
    ///
    /// - Parameter backgrounds: for items with ``Item/isOnMedian``, what is pasted onto; other
    ///   items are not looked at. Nil pastes all onto the pictures as they are.
    /// - Precondition: there are as many items as the batch has; all they take from exist; the
    ///   backgrounds have the shapes of the batch.
    public func mixed(
        _ batch: LabeledPictures, backgrounds: LabeledPictures? = nil
    ) -> LabeledPictures {
        let shape = batch.masks.shape
        require(
            items.count == shape[0],
            "BatchMixing: \(items.count) items for masks \(shape)")
        for item in items {
            for other in [item.foreground, item.rectangle].compactMap({ $0 }) {
                require(
                    (0..<items.count).contains(other),
                    "BatchMixing: item \(other) of a batch of \(items.count)")
            }
        }
        var result = batch
        batch.masks.withScalars { ids in
            result.frames.mix(
                from: batch.frames, backgrounds?.frames, items, ids, like: shape)
            for index in result.maps.indices {
                result.maps[index].mix(
                    from: batch.maps[index], backgrounds?.maps[index], items, ids, like: shape)
            }
            result.masks.mix(from: batch.masks, backgrounds?.masks, items, ids, like: shape)
        }
        return result
    }
}

extension Tensor {
    /// Takes numbers of pixels from other items.
    ///
    /// - Parameters:
    ///   - ids: the masks before.
    ///   - shape: that of the masks, `[N, …, H, W]`.
    fileprivate mutating func mix(
        from before: Tensor, _ backgrounds: Tensor?, _ items: [BatchMixing.Item],
        _ ids: UnsafeBufferPointer<UInt8>, like shape: Shape
    ) {
        require(
            backgrounds.map { $0.shape == self.shape } ?? true,
            "BatchMixing: backgrounds \(backgrounds?.shape ?? []) for \(self.shape)")
        let (height, width) = (shape[-2], shape[-1])
        let pixels = shape.elementCount / shape[0]
        let channels = count / Swift.max(1, shape.elementCount)
        let size = pixels * channels
        withMutableScalars { target in
            before.withScalars { source in
                for (place, item) in items.enumerated() {
                    let own = UnsafeMutableBufferPointer(
                        rebasing: target[(place * size)..<((place + 1) * size)])
                    func other(_ number: Int) -> UnsafeBufferPointer<Scalar> {
                        UnsafeBufferPointer(
                            rebasing: source[(number * size)..<((number + 1) * size)])
                    }
                    if let donor = item.foreground {
                        if item.isOnMedian, let backgrounds {
                            backgrounds.withScalars { background in
                                for index in 0..<size {
                                    own[index] = background[place * size + index]
                                }
                            }
                        }
                        paste(other(donor), ids, from: donor * pixels, to: own, channels)
                    }
                    if let donor = item.rectangle {
                        copy(
                            item.region.clamped(height: height, width: width), other(donor),
                            to: own,
                            row: width * channels, rows: height, channels)
                    }
                }
            }
        }
    }
}

/// Copies the pixels whose id is that of a foreground.
///
/// - Parameter start: where the ids of the source begin.
private func paste<Scalar>(
    _ source: UnsafeBufferPointer<Scalar>, _ ids: UnsafeBufferPointer<UInt8>, from start: Int,
    to target: UnsafeMutableBufferPointer<Scalar>, _ channels: Int
) {
    for pixel in 0..<(source.count / channels) {
        let id = ids[start + pixel]
        guard id != 0, id != Clip.ignoredLabel else { continue }
        for place in (pixel * channels)..<((pixel + 1) * channels) { target[place] = source[place] }
    }
}

/// Copies a region of all pictures of an item.
///
/// - Parameter row: numbers of a row of a picture.
private func copy<Scalar>(
    _ region: PixelRegion, _ source: UnsafeBufferPointer<Scalar>,
    to target: UnsafeMutableBufferPointer<Scalar>, row: Int, rows: Int, _ channels: Int
) {
    for picture in stride(from: 0, to: source.count, by: row * rows) {
        for y in region.rows {
            let start = picture + y * row
            for place
                in (start + region.columns.lowerBound * channels)..<(start
                + region.columns.upperBound * channels)
            {
                target[place] = source[place]
            }
        }
    }
}
