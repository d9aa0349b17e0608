import GestaltData
import GestaltIO
import GestaltMedia
import GestaltRecipes
import GestaltTensor

/// The number of worst, of median and of best frames that are shown.
private let framesOfEach = 3

extension StudyReport {
    /// Makes the pictures of a report with the models in the study's folder: frames with true and
    /// predicted masks, latents as colors, forecasts.
    ///
    /// Where data or models are not found, the section says so instead.
    ///
    /// - Parameter progress: called after each picture; an error it throws ends the work.
    /// - Throws: what reading clips and applying models throws.
    public func framePictures(
        folder: String, progress: ProgressHandler? = nil
    ) throws -> [PictureSection] {
        let picker: FramePicker
        do {
            picker = try FramePicker(folder, split)
        } catch {
            return [PictureSection(title: "Frames", text: "Not shown: \(error)", items: [])]
        }
        let images = results.runs.lazy.compactMap { $0.scores(on: self.split)?.masks }.first
        let pictures = PictureProgress(
            total: min(3 * framesOfEach, images?.imageCount ?? 0) + latentRows.count
                + results.models.count { $0.state == .done }, progress)
        return try [
            maskSection(picker, folder, pictures), latentSection(picker, folder, pictures),
            forecastSection(picker, folder, pictures),
        ].compactMap { $0 }
    }

    /// The worst, median and best frames of the best encoder, next to the baseline.
    private func maskSection(
        _ picker: FramePicker, _ folder: String, _ progress: PictureProgress
    ) throws -> PictureSection? {
        let rows = [
            best(results.rows(of: .encoder), count: 1).first,
            best(results.rows(of: .baseline), count: 1).first,
        ].compactMap { $0 }
        let models = try rows.compactMap { row in try model(of: row, folder).map { (row, $0) } }
        guard let first = models.first,
            let scores = first.1.run.scores(on: split)?.masks
        else { return nil }
        var items: [PictureSection.Item] = []
        for (title, image) in FramePicker.extremes(of: scores.images, count: framesOfEach) {
            try progress.advance()
            let pictures = try strip(of: image, picker, by: models.map(\.1.scoring))
            guard let pictures else { continue }
            let words =
                "\(title): \(image.clip), frame \(image.frame), IoU "
                + DisplayNumber.fixed(image.iou ?? .nan)
            items.append(try PictureSection.Item(pictures, description: words, caption: words))
        }
        let title = "Best, median and worst frames"
        guard !items.isEmpty else {
            return PictureSection(
                title: title,
                text: "Not shown: \(results.data.location) has none of the scored clips.", items: []
            )
        }
        let names = models.map(\.0.name).joined(separator: ", ")
        return PictureSection(
            title: title,
            text: "From left to right: the frame, its true mask, the prediction of \(names). "
                + "Chosen and scored by \(first.0.name), seed \(first.1.run.seed), with "
                + "\(self.scores.words(first.1.run.labels)).",
            items: items, magnification: 2)
    }

    /// Returns a frame, its true mask and the masks of models side by side; nil where the data have
    /// none of that name.
    private func strip(
        of image: SegmentationReport.ImageScore, _ picker: FramePicker,
        by models: [any StudyScoring]
    ) throws -> Tensor<UInt8>? {
        guard let clip = try picker.clip(of: image), let masks = clip.masks else { return nil }
        let frame = clip.frames[image.frame]
        let predicted = try models.map { try $0.labels(of: image.frame, in: clip) }
        return Self.strip(
            [frame]
                + Self.overlaid(
                    frame, [masks[image.frame]] + predicted, classes: models[0].classes))
    }

    /// By label: foreground in a color that neither arms nor bins have.
    private static let foreground: [Color?] = [nil, Color(0, 190, 255)]

    private static func overlaid(
        _ frame: Tensor<UInt8>, _ masks: [Tensor<UInt8>], classes: Int
    ) -> [Tensor<UInt8>] {
        masks.map {
            frame.overlaid(
                labels: Self.classes(of: $0, count: classes), opacity: 0.6,
                colors: classes > 1 ? [] : foreground)
        }
    }

    /// Returns foreground as 1 in place of instances for models of one class.
    private static func classes(of mask: Tensor<UInt8>, count: Int) -> Tensor<UInt8> {
        guard count == 1 else { return mask }
        let ignored = UInt8(Clip.ignoredLabel)
        return Tensor(
            shape: mask.shape, scalars: mask.scalars.map { $0 == ignored ? $0 : min($0, 1) })
    }

    /// Pictures of one size side by side.
    static func strip(_ pictures: [Tensor<UInt8>]) -> Tensor<UInt8> {
        ContactSheet(gap: 2, background: .gray).drawn([pictures])
    }

    /// Returns a finished run of a row whose model is in the folder, with the number of labels at
    /// which most rows were scored; nil where there is none.
    func model(
        of row: StudyResults.Row, _ folder: String
    ) throws -> (run: StudyResults.Run, opened: OpenedModel, scoring: any StudyScoring)? {
        let labels = row.isLabelFree ? nil : scores.commonAmount
        for run in results.runs(of: row.name, labels: labels) where run.state == .done {
            guard let part = run.folder else { continue }
            let path = "\(folder)/\(part)"
            guard StudyFolder.exists(path) else { continue }
            let opened = try OpenedModel(at: path)
            // A run that is known from elsewhere may have begun here, too.
            guard !opened.isUnfinished else { continue }
            return (run, opened, try StudyScorings.scoring(of: opened))
        }
        return nil
    }
}
