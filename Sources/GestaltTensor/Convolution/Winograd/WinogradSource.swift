import CKernels

/// The source pixels of the tiles.
///
/// A strided convolution of few channels reads phases that would each fill a small part of a
/// vector: the eight of an RGB clip 3 of 16 numbers. They are first joined into pixels with all
/// phases adjacent, and into an image with its padding, so that tiles are read without a border.
struct WinogradSource<Scalar: FloatingScalar> {
    /// The pixels in memory; the places of the phases are those of the tiling.
    let pixels: UnsafePointer<Scalar>
    /// All phases as channels of one image.
    let joined: Joined?

    struct Joined {
        let place: gk_tiling
        fileprivate let storage: Storage<Scalar>

        var pixels: UnsafePointer<Scalar> { UnsafePointer(storage.pointer) }
    }

    init(_ pixels: UnsafePointer<Scalar>, _ tiling: WinogradTiling) {
        self.pixels = pixels
        let lanes = WinogradPoints<Scalar>.lanes
        let vectors = tiling.sources.count * ((tiling.sourceWidth - 1) / lanes + 1)
        // Copying costs as much as it saves unless several phases share a vector.
        guard 2 * ((tiling.depth - 1) / lanes + 1) <= vectors else {
            joined = nil
            return
        }
        let (place, windows) = tiling.joinedPhases
        let rows = tiling.images * windows.output.0 * windows.output.1 * windows.output.2
        let storage = Storage<Scalar>(count: rows * tiling.depth)
        let segments = windows.taps.0 * windows.taps.1
        let start = storage.pointer
        parallelChunks(count: rows, minimumChunk: 1024, alignment: 1) { range in
            withUnsafePointer(to: windows) {
                gk_gather_patches(
                    MemoryLayout<Scalar>.stride, $0, pixels, range.lowerBound, range.count,
                    0, segments, start + range.lowerBound * tiling.depth)
            }
        }
        joined = Joined(place: place, storage: storage)
    }
}
