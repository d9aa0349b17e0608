import GestaltTensor

/// Mirror images, left to right, as ``Transformation/isFlipped`` makes them: column `x` of the
/// image is column `width − 1 − x` of the picture, in frames and masks alike.
enum Mirroring {
    @inline(__always)
    static func source(of x: Int, width: Int) -> Int { width - 1 - x }
}

extension Tensor {
    /// Pictures `[…, H, W, C]` mirrored left to right, or as they are.
    package func mirroredPictures(if isMirrored: Bool) -> Tensor {
        isMirrored ? flipped(axis: -2) : self
    }

    /// Labels `[…, H, W]` mirrored left to right, or as they are.
    package func mirroredLabels(if isMirrored: Bool) -> Tensor {
        isMirrored ? flipped(axis: -1) : self
    }
}
