import GestaltFilm
import GestaltLabels

/// A film file.
struct FilmSource: ImportSource {
    static let kind = "film"
    let name: String
    let path: String

    var files: [String] { [path] }
    var frameCount: Int? { nil }
    var frameNames: [String]? { nil }

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
                problems = reader?.remarks.map { problem($0) } ?? []
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

    /// Damage is bad; of missing times and changing sizes the reader has made the best.
    private func problem(_ remark: String) -> ImportProblem {
        let text = remark.hasPrefix(path + ": ") ? String(remark.dropFirst(path.count + 2)) : remark
        let isDamage = ["damaged", "ffmpeg ended early"].contains { text.hasPrefix($0) }
        return ImportProblem(isDamage ? .bad : .note, path: path, text)
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
