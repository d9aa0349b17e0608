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
    /// Rows of different sources whose latents may be shown.
    var latentRows: [StudyResults.Row] {
        var sources: Set<String> = []
        let rows = results.rows(of: .encoder).filter { row in
            !row.seesFuture && sources.insert(row.source).inserted
        }
        return Array(rows.prefix(mostSources))
    }

    /// The latents of some frames, one row for each source.
    func latentSection(
        _ picker: FramePicker, _ folder: String, _ progress: PictureProgress
    ) throws -> PictureSection? {
        let frames = try frames(picker)
        guard !frames.isEmpty else { return nil }
        var items: [PictureSection.Item] = []
        for source in latentRows {
            try progress.advance()
            guard let (row, segmenter) = try segmenter(of: source.source, folder) else { continue }
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

    /// Returns the first row of a source whose model is in the folder, and its model.
    private func segmenter(
        of source: String, _ folder: String
    ) throws -> (row: StudyResults.Row, model: Segmenter)? {
        for row in results.rows(of: .encoder) where row.source == source && !row.seesFuture {
            guard let segmenter = try model(of: row, folder)?.opened.model as? Segmenter,
                !segmenter.seesFuture
            else { continue }
            return (row, segmenter)
        }
        return nil
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
