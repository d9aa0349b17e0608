extension LabeledPicture {
    /// The name of a picture file for formats without films: ``name``, and for frame 12 of
    /// `film.mp4` the path `film/000012.png`.
    public var fileName: String {
        guard let frame else { return name }
        let file = PictureName(name)
        let digits = String(frame)
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        let folder = file.folder.text.isEmpty ? "" : file.folder.text + "/"
        return "\(folder)\(file.stem.text)/\(zeros)\(digits).png"
    }
}
