import GestaltData
import GestaltIO
import GestaltRecipes
import Synchronization

/// The opening of stored selections by `DataSet.open`, under the scheme `frames`.
enum SelectionScheme {
    /// Registers the scheme; later calls do nothing.
    static func register() { _ = registration }

    private static let registration: Void = {
        let scheme = DataScheme { location, split, options, _, progress in
            let path = String(location.dropFirst(FrameSelection.scheme.count + 1))
            return try FrameSelection(contentsOf: path)
                .open(split, named: path, options: options, progress: progress)
        }
        // One that a program registered earlier under this name is kept.
        try? DataScheme.registry.register(scheme, as: FrameSelection.scheme)
    }()
}

extension FrameSelection {
    /// Opens the windows of `train`, or for any other split those that are held out.
    ///
    /// - Parameters:
    ///   - name: the name of the set.
    ///   - options: how the source is read.
    /// - Throws: `ClipError.noSplit` where nothing is held out, `ClipError.notFound` where the
    ///   source has changed; errors of opening it.
    public func open(
        _ split: Split, named name: String, options: ClipOptions,
        progress: ProgressHandler? = nil
    ) throws -> DataSet {
        let windows = split == .train ? train : heldOut
        guard !windows.isEmpty else {
            throw ClipError.noSplit(path: name, split: split, found: [.train])
        }
        var sets: [Split: DataSet] = [:]
        for part in Set(windows.map(\.split)) {
            sets[part] = try SourceClips.shared.open(source, part, options, progress)
        }
        let clips = SelectedClips(
            sets: sets, windows: windows, keepsMasks: options.masks != .ignored,
            description: name)
        var set = try DataSet(
            clips, name: source.location, split: split, cache: options.cache, progress: progress)
        set.categories = sets[windows[0].split]?.categories
        return set
    }
}

/// The sources that were opened last: the trainings of one fit read the same clips, and opening
/// reads all of them.
final class SourceClips: Sendable {
    static let shared = SourceClips()

    private struct Entry {
        let location: String
        let seed: UInt64
        let split: Split
        let options: ClipOptions
        let set: DataSet
    }

    private let entries = Mutex<[Entry]>([])
    /// Training and evaluation clips.
    private static let capacity = 2

    /// Forgets all sources: their files may have changed.
    func clear() { entries.withLock { $0 = [] } }

    func open(
        _ source: DataChoice, _ split: Split, _ options: ClipOptions, _ progress: ProgressHandler?
    ) throws -> DataSet {
        var options = options
        options.masks = .ifPresent
        options.holdout = nil
        let known = entries.withLock { entries in
            entries.first {
                $0.location == source.location && $0.seed == source.seed && $0.split == split
                    && $0.options == options
            }?.set
        }
        if let known { return known }
        let set = try DataSet.open(
            source.location, split: split, options: options, seed: source.seed,
            progress: progress)
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeFirst() }
            entries.append(
                Entry(
                    location: source.location, seed: source.seed, split: split, options: options,
                    set: set))
        }
        return set
    }
}
