import GestaltChecks
import GestaltTensor

/// Puts pieces of equal length and size side by side: `[N, T, H, W, 3]` and `[N, T, H, W]`.
///
/// Each piece is augmented by draws that belong to its position in the order alone.
func assemble(
    _ pieces: [Clip], order: BatchOrder, firstPosition: Int, augmentation: Augmentation,
    withMasks: Bool
) -> (frames: Tensor<Float>, masks: Tensor<UInt8>?) {
    require(
        pieces.allSatisfy {
            $0.frames.shape == pieces[0].frames.shape && (!withMasks || $0.masks != nil)
        }, "assemble: pieces of several sizes, or without masks")
    let (height, width) = (pieces[0].height, pieces[0].width)
    let changes = pieces.indices.map { place in
        var draws = order.draws(.augmentation, position: firstPosition + place)
        return augmentation.draw(height: height, width: width, using: &draws)
    }
    let shape: Shape = [
        pieces.count, pieces[0].frameCount, changes[0].height, changes[0].width,
    ]
    let pixels = shape.elementCount / pieces.count
    let frames = Tensor<Float>(uninitialized: shape.inserting(3, axis: 4)) { target in
        for (place, piece) in pieces.enumerated() {
            let part = (place * pixels * 3)..<((place + 1) * pixels * 3)
            piece.frames.withScalars { source in
                changes[place].write(
                    frames: source, rows: height, columns: width,
                    to: UnsafeMutableBufferPointer(rebasing: target[part]))
            }
        }
    }
    guard withMasks else { return (frames, nil) }
    let masks = Tensor<UInt8>(uninitialized: shape) { target in
        for (place, piece) in pieces.enumerated() {
            let part = (place * pixels)..<((place + 1) * pixels)
            piece.masks?.withScalars { source in
                changes[place].write(
                    masks: source, rows: height, columns: width,
                    to: UnsafeMutableBufferPointer(rebasing: target[part]))
            }
        }
    }
    return (frames, masks)
}
