import GestaltTensor
import Synchronization

/// The pixels of a batch, with what is known of them.
struct AssembledBatch {
    /// `[N, T, H, W, 3]`.
    var frames: Tensor<Float>
    /// `[N, T, H, W]`.
    var masks: Tensor<UInt8>?
    /// The category of each id in the masks of each item, as in ``Clip/categories``.
    var categories: [[UInt8: UInt8]?]
}

/// As ``assemble(_:order:firstPosition:augmentation:withMasks:)``, then mixes the items where the
/// augmentation says so and there are masks, by draws that belong to the batch's first position.
///
/// Where the ids of all pieces are instances with categories, instances of several items stay
/// apart: they are numbered again.
///
/// - Parameter median: of the clip of a piece, `[H, W, 3]`.
func assembleMixed(
    _ pieces: [Clip], order: BatchOrder, firstPosition: Int, augmentation: Augmentation,
    withMasks: Bool, median: (_ place: Int) throws -> Tensor<UInt8>
) rethrows -> AssembledBatch {
    let (frames, masks) = assemble(
        pieces, order: order, firstPosition: firstPosition, augmentation: augmentation,
        withMasks: withMasks)
    let categories = pieces.map(\.categories)
    let plain = AssembledBatch(frames: frames, masks: masks, categories: categories)
    guard augmentation.mixesItems, let masks else { return plain }
    var draws = order.draws(.mixing, position: firstPosition)
    let mixing = augmentation.drawMixing(
        items: pieces.count, height: masks.shape[-2], width: masks.shape[-1], using: &draws)
    guard !mixing.isEmpty else { return plain }
    let numbers = InstanceNumbers(masks, categories: categories)
    let batch = LabeledPictures(
        frames: frames, masks: masks, maps: numbers.map { [$0.map] } ?? [])
    var backgrounds = batch
    for (place, item) in mixing.items.enumerated() where item.isOnMedian {
        let clear = try pieces[place].withoutForeground(median: median(place))
        var draws = order.draws(.augmentation, position: firstPosition + place)
        let change = augmentation.draw(height: clear.height, width: clear.width, using: &draws)
        backgrounds.frames[place] = change.frames(clear.frames)
        if let masks = clear.masks { backgrounds.masks[place] = change.masks(masks) }
    }
    let mixed = mixing.mixed(batch, backgrounds: backgrounds)
    guard let numbers else {
        return AssembledBatch(frames: mixed.frames, masks: mixed.masks, categories: categories)
    }
    let (ids, own) = numbers.renumbered(mixed.masks, mixed.maps[0])
    return AssembledBatch(frames: mixed.frames, masks: ids, categories: own)
}

/// The median frames of clips, each computed when it is first asked for.
final class ClipMedians: Sendable {
    private let known = Mutex<[Int: Tensor<UInt8>]>([:])

    /// The median of clip `index`.
    ///
    /// - Parameter clip: reads it, all frames.
    func median(of index: Int, _ clip: () throws -> Clip) rethrows -> Tensor<UInt8> {
        if let median = known.withLock({ $0[index] }) { return median }
        // Two threads may compute the same one; both find the same bytes.
        let median = try clip().medianFrame()
        known.withLock { $0[index] = median }
        return median
    }
}
