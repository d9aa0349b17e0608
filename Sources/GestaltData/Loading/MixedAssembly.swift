import GestaltTensor
import Synchronization

/// As ``assemble(_:order:firstPosition:augmentation:withMasks:)``, then mixes the items where the
/// augmentation says so and there are masks, by draws that belong to the batch's first position.
///
/// - Parameter median: of the clip of a piece, `[H, W, 3]`.
func assembleMixed(
    _ pieces: [Clip], order: BatchOrder, firstPosition: Int, augmentation: Augmentation,
    withMasks: Bool, median: (_ place: Int) throws -> Tensor<UInt8>
) rethrows -> (frames: Tensor<Float>, masks: Tensor<UInt8>?) {
    let (frames, masks) = assemble(
        pieces, order: order, firstPosition: firstPosition, augmentation: augmentation,
        withMasks: withMasks)
    guard augmentation.mixesItems, let masks else { return (frames, masks) }
    var draws = order.draws(.mixing, position: firstPosition)
    let mixing = augmentation.drawMixing(
        items: pieces.count, height: masks.shape[-2], width: masks.shape[-1], using: &draws)
    guard !mixing.isEmpty else { return (frames, masks) }
    let batch = LabeledPictures(frames: frames, masks: masks)
    var backgrounds = batch
    for (place, item) in mixing.items.enumerated() where item.isOnMedian {
        let clear = try pieces[place].withoutForeground(median: median(place))
        var draws = order.draws(.augmentation, position: firstPosition + place)
        let change = augmentation.draw(height: clear.height, width: clear.width, using: &draws)
        backgrounds.frames[place] = change.frames(clear.frames)
        if let masks = clear.masks { backgrounds.masks[place] = change.masks(masks) }
    }
    let mixed = mixing.mixed(batch, backgrounds: backgrounds)
    return (mixed.frames, mixed.masks)
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
