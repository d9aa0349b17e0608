import GestaltChecks
import GestaltMedia
import GestaltTensor

/// Frames next to their latents as colors, see ``PrincipalColors``, as one image.
public struct LatentSheet: Sendable {
    public let colors: PrincipalColors
    private let frames: Tensor<UInt8>
    private let latents: Tensor<Float>
    private let magnification: Int

    /// - Parameters:
    ///   - frames: `[N, H, W, 3]`.
    ///   - latents: `[N, slots, h, w, C]`, at most as fine as the frames.
    /// - Throws: `LinearAlgebraError` for latents that are not finite.
    /// - Precondition: there is a frame, and latents for each.
    public init(
        of frames: Tensor<UInt8>, latents: Tensor<Float>, magnification: Int = 2
    ) throws {
        require(
            frames.rank == 4 && latents.rank == 5 && frames.shape[0] == latents.shape[0]
                && frames.count > 0,
            "LatentSheet: latents \(latents.shape) of frames \(frames.shape)")
        colors = try PrincipalColors(of: latents)
        (self.frames, self.latents, self.magnification) = (frames, latents, magnification)
    }

    /// The image `[H', W', 3]`: a row for each frame, a column for each slot.
    public var picture: Tensor<UInt8> {
        let sheet = ContactSheet(magnification: magnification)
        return sheet.drawn(
            (0..<frames.shape[0]).map { index in
                [frames[index]]
                    + (0..<latents.shape[1]).map { slot in
                        let picture = colors.picture(of: latents[index, slot])
                        return picture.magnified(
                            by: max(1, frames.shape[1] / picture.shape[0]))
                    }
            })
    }
}
