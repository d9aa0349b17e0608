import GestaltMedia
import GestaltModels
import GestaltRecipes
import GestaltTensor

extension StudyReport {
    /// The forecasts of pre-trained models from single frames, for models that forecast pictures.
    func forecastSection(
        _ picker: FramePicker, _ folder: String, _ progress: PictureProgress
    ) throws -> PictureSection? {
        let frames = Array(try frames(picker).prefix(4))
        guard !frames.isEmpty else { return nil }
        var items: [PictureSection.Item] = []
        for model in results.models where model.state == .done {
            try progress.advance()
            let stored = model.stage.map { "\(folder)/\($0.folder)" } ?? model.path
            guard let path = stored, StudyFolder.exists(path) else { continue }
            let opened = try OpenedModel(at: path)
            // Models of other kinds, such as tokenizers, forecast no pictures.
            guard let forecaster = try? opened.forecaster() else { continue }
            let words = model.name + (model.seed.map { ", seed \($0)" } ?? "")
            items.append(
                try PictureSection.Item(
                    ForecastSheet(of: stacked(frames, axis: 0), by: forecaster).picture,
                    description: "Forecasts of \(words)", caption: words))
        }
        guard !items.isEmpty else { return nil }
        return PictureSection(
            title: "Forecasts",
            text: "Each line begins with a frame; beside it are the model's forecasts from this "
                + "frame alone: pictures in color, maps in gray, white where the probability is 1.",
            items: items)
    }
}
