import GestaltData
import GestaltMedia
import GestaltSegHeads
import GestaltTensor

/// The images of a ``Demonstration``.
struct DemonstrationPictures {
    private let test: DataSet
    private let trained: DemonstrationSession.Trained
    private let few: DemonstrationSession.FewLabels

    init(
        _ test: DataSet, _ trained: DemonstrationSession.Trained,
        _ few: DemonstrationSession.FewLabels
    ) {
        self.test = test
        self.trained = trained
        self.few = few
    }

    func write(to folder: String) throws {
        try PNG.write(try segmentation(), to: folder + "/segmentation.png")
        let clips = test.keeping(0..<min(4, test.count))
        let batches = try ClipBatches(clips, length: 16, batchSize: 1, order: .once)
        let pairs = try (0..<clips.count).map {
            try ReconstructionPair(trained.tokenizer, clip: batches.batch(at: $0).frames[0])
        }
        let pictures = ReconstructionPictures(pairs)
        try GIF.write(
            pictures.animation, to: folder + "/reconstruction.gif", secondsPerFrame: 0.15)
        try PNG.write(pictures.sheet, to: folder + "/reconstruction.png")
    }

    /// One frame of each of six test clips: frame, truth, head and U-Net on all labels, U-Net and
    /// pre-trained encoder on ten.
    private func segmentation() throws -> Tensor<UInt8> {
        var sheet = ContactSheet(magnification: 3)
        sheet.columnTitles = ["frame", "truth", "head", "U-Net", "U-Net 10", "video 10"]
        return try sheet.drawn(
            (0..<min(6, test.count)).map { number in
                let clip = try test.clip(at: number)
                let index = clip.frameCount / 2
                let frame = clip.frames[index]
                let truth = (clip.masks?[index]).map { frame.overlaid(mask: $0) }
                let masks = [
                    trained.head.segment(image: frame), trained.unet.segment(image: frame),
                    few.unet.segment(image: frame), few.encoder.segment(image: frame),
                ]
                return [frame, truth ?? frame] + masks.map { frame.overlaid(mask: $0) }
            })
    }
}
