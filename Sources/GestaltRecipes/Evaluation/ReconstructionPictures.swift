import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltMetrics
import GestaltModels
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// A clip and its reconstruction.
public struct ReconstructionPair: Sendable {
    /// `[T, H, W, 3]`.
    public let truth: Tensor<UInt8>
    /// The same shape as `truth`.
    public let decoded: Tensor<UInt8>
    /// PSNR over all pixels of the clip, in decibels.
    public let psnr: Double

    /// - Parameter clip: `[T, H, W, 3]` in −0.5…0.5.
    /// - Throws: ``TokenizerError`` for lengths that the tokenizer does not take.
    public init(_ tokenizer: any VideoTokenizer, clip: Tensor<Float>) throws {
        _ = try tokenizer.configuration.latentShape(
            time: clip.shape[0], height: clip.shape[1], width: clip.shape[2])
        let decoded = tokenizer.reconstruct(clip.expanded(axis: 0)).squeezed(axis: 0)
            .clampedToPixels
        var fidelity = PeakSignalToNoise()
        fidelity.add(prediction: decoded.expanded(axis: 0), truth: clip.expanded(axis: 0))
        psnr = fidelity.overSet
        truth = clip.pixelBytes()
        self.decoded = decoded.pixelBytes()
    }
}

/// True clips above their reconstructions, as an animation and as a sheet.
public struct ReconstructionPictures: Sendable {
    private let pairs: [ReconstructionPair]
    private let magnification: Int

    /// - Precondition: there is a clip, and all are of one length.
    public init(_ pairs: [ReconstructionPair], magnification: Int = 2) {
        require(
            !pairs.isEmpty && pairs.allSatisfy { $0.truth.shape[0] == pairs[0].truth.shape[0] },
            "ReconstructionPictures: clips of lengths \(pairs.map { $0.truth.shape[0] })")
        self.pairs = pairs
        self.magnification = magnification
    }

    /// `[T, H', W', 3]`: clips in a row, the truth above the reconstruction.
    public var animation: Tensor<UInt8> {
        let sheet = ContactSheet(gap: 2, magnification: magnification)
        return stacked(
            (0..<pairs[0].truth.shape[0]).map { frame in
                sheet.drawn([pairs.map { $0.truth[frame] }, pairs.map { $0.decoded[frame] }])
            }, axis: 0)
    }

    /// `[H', W', 3]`: every fourth frame, two rows per clip.
    public var sheet: Tensor<UInt8> {
        var sheet = ContactSheet(magnification: magnification)
        sheet.rowTitles = pairs.flatMap { _ in ["true", "decoded"] }
        return sheet.drawn(
            pairs.flatMap { pair in
                [pair.truth, pair.decoded].map { clip in
                    stride(from: 0, to: clip.shape[0], by: 4).map { clip[$0] }
                }
            })
    }
}
