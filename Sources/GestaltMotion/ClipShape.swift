import GestaltChecks
import GestaltTensor

/// The lengths of a clip `[T, H, W, 3]`.
struct ClipShape {
    let frames: Int
    let height: Int
    let width: Int
    /// The number of pixels of a frame.
    var pixels: Int { height * width }

    /// - Precondition: a clip of three channels with at least one pixel.
    init(_ clip: Tensor<UInt8>, _ caller: StaticString) {
        require(
            clip.rank == 4 && clip.shape[3] == 3 && clip.count > 0,
            "\(caller): expected a clip [T, H, W, 3] with pixels, found \(clip.shape)")
        frames = clip.shape[0]
        height = clip.shape[1]
        width = clip.shape[2]
    }
}

/// Returns the largest difference of the three channels of two colors, in grey steps.
@inline(__always)
func colorDifference(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>
) -> Int {
    let red = abs(Int(a[0]) - Int(b[0]))
    let green = abs(Int(a[1]) - Int(b[1]))
    let blue = abs(Int(a[2]) - Int(b[2]))
    return max(red, max(green, blue))
}

/// Returns the luma of a color, 0…255. Source: ITU-R BT.601.
@inline(__always)
func luma(_ color: UnsafePointer<UInt8>) -> Int {
    (299 * Int(color[0]) + 587 * Int(color[1]) + 114 * Int(color[2])) / 1000
}
