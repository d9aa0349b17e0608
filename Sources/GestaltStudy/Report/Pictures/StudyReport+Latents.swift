import GestaltData
import GestaltMedia
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// The number of frames, and of sources.
private let frameCount = 6
private let mostSources = 6

extension StudyReport {
    /// The latents of some frames, one row for each source.
    func latentSection(_ picker: FramePicker, _ folder: String) throws -> PictureSection? {
        let frames = try frames(picker)
        guard !frames.isEmpty else { return nil }
        var items: [PictureSection.Item] = []
        var sources: Set<String> = []
        for row in results.rows(of: .encoder) where !row.seesFuture && items.count < mostSources {
            guard !sources.contains(row.source), let model = try model(of: row, folder),
                let segmenter = try model.opened.segmentation() as? Segmenter,
                !segmenter.seesFuture
            else { continue }
            sources.insert(row.source)
            let words = "\(row.source), \(row.regime)"
            items.append(
                try PictureSection.Item(
                    Self.strip(try latents(of: frames, by: segmenter)),
                    description: "First three components of \(words)", caption: words))
        }
        guard !items.isEmpty else { return nil }
        items.insert(
            try PictureSection.Item(
                Self.strip(frames), description: "Frames of the split \(split.folder)",
                caption: "frames"), at: 0)
        return PictureSection(
            title: "Latents in color",
            text: "The first three principal components of each source's latents over these "
                + "frames as red, green and blue; all steps of time side by side as channels. "
                + "Colors of different sources are unrelated.",
            items: items, magnification: 2)
    }

    /// Frames from the middle of clips spread over the split.
    func frames(_ picker: FramePicker) throws -> [Tensor<UInt8>] {
        let count = min(frameCount, picker.data.count)
        let clips = try (0..<count).map {
            try picker.data.clip(at: $0 * picker.data.count / count)
        }
        return clips.filter { $0.frameCount > 0 && $0.frames.shape == clips[0].frames.shape }
            .map { $0.frames[$0.frameCount / 2] }
    }

    private func latents(
        of frames: [Tensor<UInt8>], by segmenter: Segmenter
    ) throws -> [Tensor<UInt8>] {
        let inputs = segmenter.fitted(stacked(frames, axis: 0)).centeredPixels()
        let latent = segmenter.encoder.encode(inputs, .inference)
        // [N, slots, h, w, C] to [N, h, w, slots · C]
        let (n, slots, h, w, c) = (
            latent.tensor.shape[0], latent.tensor.shape[1], latent.tensor.shape[2],
            latent.tensor.shape[3], latent.tensor.shape[4]
        )
        let cells = latent.tensor.permuted([0, 2, 3, 1, 4]).reshaped([n, h, w, slots * c])
        let colors = try PrincipalColors(of: cells)
        return (0..<n).map { colors.picture(of: cells[$0]).magnified(by: latent.stride) }
    }
}
