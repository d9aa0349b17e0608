extension LabeledPicture {
    /// The name of a picture file for formats without films: ``name``, and for a frame of a film
    /// that name without its ending, a low line, six digits of the frame and `.png`.
    public var fileName: String {
        guard let frame else { return name }
        let file = PictureName(name)
        let digits = String(frame)
        let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
        let folder = file.folder.isEmpty ? "" : file.folder + "/"
        return "\(folder)\(file.stem)_\(zeros)\(digits).png"
    }
}
