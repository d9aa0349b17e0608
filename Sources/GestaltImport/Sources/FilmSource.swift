import GestaltFilm
import GestaltLabels

/// A film file.
struct FilmSource: FileSource {
    static let kind = "film"
    let name: String
    let path: String

    func size(of number: Int) -> PictureSize? {
        guard let info = try? Film(contentsOf: path).info else { return nil }
        return PictureSize(height: info.height, width: info.width)
    }

    func frames(_ settings: ImportSettings) throws -> any SourceFrames {
        var options = FilmOptions()
        options.stride = settings.stride
        options.rate = settings.rate
        return FilmFrames(path: path, options: options)
    }
}

/// Reads the frames of a film; what is wrong with it comes up as problems, after the frames.
private final class FilmFrames: SourceFrames {
    private let path: String
    private let options: FilmOptions
    private var reader: FilmReader?
    private var isEnded = false
    private var frameCount = 0
    /// What is wrong, once the film has ended.
    private var problems: [ImportProblem] = []

    init(path: String, options: FilmOptions) {
        self.path = path
        self.options = options
    }

    func next() throws -> SourceItem? {
        if !isEnded {
            do {
                if let frame = try read() { return .frame(frame) }
                // Of missing times and changing sizes the reader has made the best.
                problems =
                    reader?.remarks.map {
                        ImportProblem($0.isDamage ? .bad : .note, path: path, $0.message)
                    } ?? []
                if frameCount == 0 {
                    problems.append(ImportProblem(.bad, path: path, "no frame of it can be taken"))
                }
            } catch {
                // Without ffmpeg no film can be read: that is not wrong with this one.
                if case FilmError.missingProgram = error { throw error }
                problems = [ImportProblem(error, path: path)]
            }
            isEnded = true
            reader = nil
        }
        return problems.isEmpty ? nil : .problem(problems.removeFirst())
    }

    private func read() throws -> SourceFrame? {
        if reader == nil { reader = try Film(contentsOf: path).frames(options) }
        guard let frame = try reader?.next() else { return nil }
        frameCount += 1
        return SourceFrame(
            number: frame.number, time: frame.time, path: path, place: "frame \(frame.number)",
            pixels: frame.pixels)
    }
}
