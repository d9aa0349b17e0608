import GestaltTensor

/// Whether the camera of a clip moves, judged by the border of its picture.
///
/// The first frame is compared with frames 1, 2, 4, 8, … and the last one. The picture is divided
/// into 4 × 4 cells; the twelve at the border tell the camera, because objects in front of it
/// cross few of them. A cell has *evidence* if its texture would show a shift by one pixel. It has
/// *moved* if another place of the first frame, at most ``searchRadius`` pixels away, explains it
/// much better than its own place, or if nothing of its former content is left. The camera moves
/// if at least six cells have evidence and seven tenths of these have moved. (Rendered clips of an arm
/// that pushes objects reach six tenths, the slowest of panned ones three quarters.)
///
/// Large pictures are reduced to 128…255 rows or columns first, so shifts below half a reduced
/// pixel pass unnoticed, as do those of a scene whose border has no texture. A change of the light
/// by more than ``replacedDifference`` grey steps counts as a moving camera.
public struct CameraMotion: Sendable, Hashable {
    /// The first of the compared frames that the camera's motion shows in; nil for a still camera.
    public let frame: Int?
    /// The shift of the picture from frame 0 to ``frame`` in pixels: the median of the cells that
    /// moved. Nil for a still camera, and where fewer than half of these agree with any shift.
    public let shift: PixelShift?
    /// The largest share, 0…1, of border cells with evidence that moved in a compared frame.
    public let movedShare: Float

    public var isStill: Bool { frame == nil }

    /// The largest shift that is found, in pixels of the reduced picture.
    public static let searchRadius = 8
    /// The mean difference in grey steps above which a cell's content was replaced.
    public static let replacedDifference: Float = 24

    /// Judges a clip `[T, H, W, 3]`. Pictures of fewer than 16 rows or columns and clips of one
    /// frame count as still.
    public init(of clip: Tensor<UInt8>) {
        let shape = ClipShape(clip, "CameraMotion")
        var moved: (frame: Int, shift: PixelShift?)?
        var largest: Float = 0
        if min(shape.height, shape.width) >= 16 {
            clip.withScalars { x in
                let first = ReducedFrame(x, frame: 0, shape)
                let cells = first.borderCells
                for frame in Self.comparedFrames(of: shape.frames) where moved == nil {
                    let later = ReducedFrame(x, frame: frame, shape)
                    let outcome = Self.compare(first, later, cells)
                    largest = max(largest, outcome.share)
                    if outcome.isMoving { moved = (frame, outcome.shift) }
                }
            }
        }
        frame = moved?.frame
        shift = moved?.shift
        movedShare = largest
    }

    private static func comparedFrames(of count: Int) -> [Int] {
        let powers = (0..<Int.bitWidth - 2).lazy.map { 1 << $0 }.prefix { $0 < count - 1 }
        return Array(powers) + (count > 1 ? [count - 1] : [])
    }

    private static func compare(
        _ first: ReducedFrame, _ later: ReducedFrame, _ cells: [ReducedFrame.Cell]
    ) -> (isMoving: Bool, share: Float, shift: PixelShift?) {
        var (evidence, moved) = (0, 0)
        var shifts: [PixelShift] = []
        for cell in cells {
            let difference = first.difference(
                to: later, cell, shift: PixelShift(rows: 0, columns: 0))
            let shift = first.shift(to: later, cell, unshifted: difference, radius: searchRadius)
            if let shift { shifts.append(shift) }
            if shift != nil || difference > replacedDifference {
                moved += 1
                evidence += 1
            } else if cell.hasTexture {
                evidence += 1
            }
        }
        let share = evidence == 0 ? 0 : Float(moved) / Float(evidence)
        guard evidence >= 6 && 10 * moved >= 7 * evidence else { return (false, share, nil) }
        guard 2 * shifts.count >= moved else { return (true, share, nil) }
        let rows = shifts.map(\.rows).sorted()[shifts.count / 2] * first.factor
        let columns = shifts.map(\.columns).sorted()[shifts.count / 2] * first.factor
        return (true, share, PixelShift(rows: rows, columns: columns))
    }
}
