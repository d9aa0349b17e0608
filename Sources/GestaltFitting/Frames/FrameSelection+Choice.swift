import GestaltData
import GestaltRecipes

extension FrameSelection {
    /// The number of frames of a window: enough for the targets of motion, whose maps of what will
    /// change reach 14 frames ahead, and few enough to draw many places from a long film.
    public static let usualWindow = 32
    /// The number of frames below which the rest of a clip joins the window before it.
    private static let leastWindow = 16

    /// Chooses windows for training without labels, spread over all clips that are not held out.
    ///
    /// - Parameter frames: the number of frames at most, at least one window.
    public static func unlabeled(
        of source: DataChoice, _ facts: FrameFacts, _ heldOut: HeldOut, frames: Int
    ) -> FrameSelection {
        let windows = windows(of: facts, heldOut).map { window in
            var window = window
            window.labeled = []
            return window
        }
        return FrameSelection(source: source, train: spread(windows, frames: frames))
    }

    /// Chooses windows for training with labels: all with a label, and others spread over the
    /// clips that are not held out.
    ///
    /// - Parameter frames: the number of frames at most, where labels do not need more.
    public static func labeled(
        of source: DataChoice, _ facts: FrameFacts, _ heldOut: HeldOut, frames: Int
    ) -> FrameSelection {
        let all = windows(of: facts, heldOut)
        let labeled = all.filter { $0.labeled?.isEmpty == false }
        let others = all.filter { $0.labeled?.isEmpty != false }
        let left = frames - labeled.reduce(0) { $0 + $1.count }
        let train = labeled + (left > 0 ? spread(others, frames: left) : [])
        return FrameSelection(
            source: source,
            train: train.sorted { ($0.clip, $0.start) < ($1.clip, $1.start) },
            heldOut: heldOutWindows(of: facts, heldOut))
    }

    /// Returns all windows of the training clips, with their labels.
    private static func windows(of facts: FrameFacts, _ heldOut: HeldOut) -> [Window] {
        let held = Set(heldOut.clips)
        let order = FilmOrder(facts)
        return facts.clips.indices.flatMap { index -> [Window] in
            guard !held.contains(index), facts.clips[index].split == .train else { return [] }
            return remaining(index, facts, heldOut, order)
                .flatMap { cut($0, of: facts.clips[index]) }
        }
    }

    /// Returns the frames of a clip outside of the stretch that is held out.
    private static func remaining(
        _ index: Int, _ facts: FrameFacts, _ heldOut: HeldOut, _ order: FilmOrder
    ) -> [Range<Int>] {
        let all = 0..<facts.clips[index].frameCount
        guard let stretch = heldOut.stretch, let start = order.starts[index] else { return [all] }
        let held = (stretch.lowerBound - start..<stretch.upperBound - start).clamped(to: all)
        guard !held.isEmpty else { return [all] }
        return [0..<held.lowerBound, held.upperBound..<all.upperBound].filter { !$0.isEmpty }
    }

    /// Returns the windows that are scored: those with a label.
    private static func heldOutWindows(of facts: FrameFacts, _ heldOut: HeldOut) -> [Window] {
        let order = FilmOrder(facts)
        let ranges: [(Int, Range<Int>)]
        if let stretch = heldOut.stretch {
            ranges = order.starts.sorted { $0.key < $1.key }.map { index, start in
                let all = 0..<facts.clips[index].frameCount
                let held = stretch.lowerBound - start..<stretch.upperBound - start
                return (index, held.clamped(to: all))
            }
        } else {
            ranges = heldOut.clips.map { ($0, 0..<facts.clips[$0].frameCount) }
        }
        return ranges.filter { !$0.1.isEmpty }.flatMap { cut($1, of: facts.clips[$0]) }
            .filter { $0.labeled?.isEmpty == false }
    }

    private static func cut(_ range: Range<Int>, of clip: FrameFacts.ClipFacts) -> [Window] {
        var starts = Array(stride(from: range.lowerBound, to: range.upperBound, by: usualWindow))
        if starts.count > 1, range.upperBound - starts[starts.count - 1] < leastWindow {
            starts.removeLast()
        }
        return starts.indices.map { place in
            let end = place + 1 < starts.count ? starts[place + 1] : range.upperBound
            let frames = starts[place]..<end
            return Window(
                split: clip.split, clip: clip.index, start: frames.lowerBound,
                count: frames.count,
                labeled: clip.labeled.map(\.frame).filter(frames.contains))
        }
    }

    /// Returns some of the windows, at even distances, of `frames` frames at most.
    private static func spread(_ windows: [Window], frames: Int) -> [Window] {
        let all = windows.reduce(0) { $0 + $1.count }
        guard all > frames, let longest = windows.map(\.count).max() else { return windows }
        let number = max(1, min(windows.count, frames / longest))
        return (0..<number).map { windows[$0 * windows.count / number] }
    }
}
