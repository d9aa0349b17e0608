import ArgumentParser
import GestaltData
import GestaltRecipes
import GestaltSegHeads

/// Options that would have no effect are refused.
extension Segment {
    /// - Throws: `ValidationError` for options that do not concern the model.
    func requireUse(of opened: OpenedModel) throws(ValidationError) {
        if let classes = (opened.model as? any SegmentationModel)?.classes, classes > 1 {
            try refuse(
                ["--threshold"],
                "for foreground and instances; \(opened.path) chooses among \(classes) classes")
        }
        guard opened.model is any InstanceModel else { return }
        try refuse(
            ["--skip-existing"],
            "\(opened.path) tells objects apart, and coco.json lists those of all images of a call")
        try refuse(
            ["--tile", "--smooth"],
            "for foreground and classes; \(opened.path) tells objects apart")
    }

    /// - Parameter films: the films that are not segmented as pictures or clips.
    /// - Throws: `ValidationError` for options that do not concern any input.
    func requireUse(
        of others: [PictureGroup], _ films: [PictureGroup]
    ) throws(ValidationError) {
        guard !others.isEmpty || !films.isEmpty else { return }
        // An animated GIF is a picture.
        let clips = others.filter {
            $0.clipsName != nil && !$0.path.lowercased().hasSuffix(".gif")
        }
        if films.isEmpty {
            try refuse(FilmArguments.filmNames, "for films, and models of single frames")
        } else {
            try refuse(["--skip-existing"], "for images; films are segmented as a whole")
        }
        if films.isEmpty, clips.isEmpty {
            try refuse(["--every"] + FilmArguments.timeNames, "for films and clips")
        }
        if clips.isEmpty || !films.isEmpty {
            try refuse(
                ClipFormOptions.names, "for files of clips; images and films keep their size")
        }
    }
}
