import GestaltLabels
import GestaltMedia
import GestaltTensor

/// A GIF, whose frames have times.
struct AnimationSource: FileSource {
    static let kind = "animation"
    let name: String
    let path: String

    func size(of number: Int) -> PictureSize? { PictureSize(ofPicture: path) }

    /// Reads all frames: ``Animation/maximumPixelCount`` limits them.
    func frames(_ settings: ImportSettings) -> any SourceFrames {
        AnimationFrames(path: path, settings: settings)
    }
}

private final class AnimationFrames: SourceFrames {
    private let path: String
    private let settings: ImportSettings
    private var animation: Animation?
    private var isOpen = false
    private var number = 0
    private var time = 0.0
    private var rate: RateChoice

    init(path: String, settings: ImportSettings) {
        self.path = path
        self.settings = settings
        rate = RateChoice(settings.rate)
    }

    func next() -> SourceItem? {
        if !isOpen {
            isOpen = true
            var warnings: [MediaWarning] = []
            do {
                animation = try Image.readFrames(path, as: .rgb, warnings: &warnings)
            } catch {
                return .problem(ImportProblem(error, path: path))
            }
        }
        guard let animation else { return nil }
        while number < animation.seconds.count {
            defer {
                time += animation.seconds[number]
                number += 1
            }
            guard number % settings.stride == 0, rate.takes(time) else { continue }
            return .frame(
                SourceFrame(
                    number: number, time: time, path: path, place: "frame \(number)",
                    pixels: animation.frames[number]))
        }
        return nil
    }
}

/// The choice of frames at a rate, as films have it: the first frame of each interval.
private struct RateChoice {
    private let rate: Double?
    private var last: Double?

    /// - Parameter rate: frames per second; nil takes all.
    init(_ rate: Double?) { self.rate = rate }

    mutating func takes(_ time: Double) -> Bool {
        guard let rate else { return true }
        // Times are rounded to the units of the file.
        let interval = (time * rate + 1e-6).rounded(.down)
        guard interval > last ?? -1 else { return false }
        last = interval
        return true
    }
}
