import GestaltData
import GestaltMedia
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo

/// The images of a ``Demonstration``.
struct DemonstrationPictures {
    private let test: DataSet
    private let tokenizer: any VideoTokenizer
    private let segmenter: Segmenter
    private let network: UNet

    init(_ test: DataSet, _ tokenizer: any VideoTokenizer, _ segmenter: Segmenter, _ network: UNet)
    {
        self.test = test
        self.tokenizer = tokenizer
        self.segmenter = segmenter
        self.network = network
    }

    func write(to folder: String) throws {
        try PNG.write(try segmentation(), to: folder + "/segmentation.png")
        let clips = test.keeping(0..<min(4, test.count))
        let batches = try ClipBatches(clips, length: 16, batchSize: 1, order: .once)
        let pairs = try (0..<clips.count).map {
            try ReconstructionPair(tokenizer, clip: batches.batch(at: $0).frames[0])
        }
        let pictures = ReconstructionPictures(pairs)
        try GIF.write(
            pictures.animation, to: folder + "/reconstruction.gif", secondsPerFrame: 0.15)
        try PNG.write(pictures.sheet, to: folder + "/reconstruction.png")
    }

    /// One frame of each of six test clips: frame, truth, head, U-Net.
    private func segmentation() throws -> Tensor<UInt8> {
        var sheet = ContactSheet(magnification: 3)
        sheet.columnTitles = ["frame", "truth", "prediction", "U-Net"]
        return try sheet.drawn(
            (0..<min(6, test.count)).map { number in
                let clip = try test.clip(at: number)
                let index = clip.frameCount / 2
                let frame = clip.frames[index]
                let truth = (clip.masks?[index]).map { frame.overlaid(mask: $0) }
                return [
                    frame, truth ?? frame, frame.overlaid(mask: segmenter.segment(image: frame)),
                    frame.overlaid(mask: network.segment(image: frame)),
                ]
            })
    }
}
