import GestaltData
import GestaltIO
import GestaltMedia
import GestaltModels
import GestaltTensor

/// A set that an import wrote: a folder with a manifest and TFRecord files in `train/`, `val/` and
/// `test/`.
///
/// ```swift
/// import GestaltImport
///
/// let set = try ImportedSet(at: "set")
/// let clips = try set.dataSet(.train)                  // or DataSet.open("set"), once registered
/// print(set.origins(.train)[0].source.name, set.categories.map(\.name), clips.count)
/// ```
public struct ImportedSet: Sendable {
    public let path: String
    public let manifest: SetManifest

    /// - Throws: `FileFailure` where there is no manifest, `ConfigurationError` for a damaged one,
    ///   ``ImportError/damagedSet(path:expected:found:)`` for one of another version.
    public init(at path: String) throws {
        self.path = path
        manifest = try SetManifest(of: path)
    }

    /// Whether a folder holds a complete set.
    public static func isOne(_ path: String) -> Bool {
        guard let status = try? PathStatus(path + "/" + SetManifest.fileName) else { return false }
        if case .file = status {} else { return false }
        let head = try? MappedFile(path: path + "/" + SetManifest.fileName)
        // Other programs have manifests, too.
        return head?.withBytes { bytes in
            String(decoding: bytes.prefix(1 << 16), as: UTF8.self).contains("\"gestalt set\"")
        } ?? false
    }

    /// Makes `DataSet.open` read imported sets; later calls do nothing.
    public static func register() { _ = registration }

    private static let registration: Void = {
        let format = DataFormat(
            recognizes: { isOne($0) },
            splits: { try ImportedSet(at: $0).manifest.splits },
            open: { path, split, options in
                let set = try ImportedSet(at: path)
                if options.labelMeaning == .instances { try set.requireInstances() }
                return DataFormat.Content(
                    ImportedClips(set, split, options: options),
                    categories: set.manifest.labelCategories)
            })
        try? DataFormat.registry.register(format, as: "imported")
    }()

    /// - Throws: ``ImportError/withoutInstances(path:formats:)`` where no labels tell objects apart.
    func requireInstances() throws(ImportError) {
        guard !manifest.tellsInstances else { return }
        throw .withoutInstances(path: path, formats: manifest.labelFiles.map(\.format))
    }

    /// The categories by their ids in masks, background first.
    public var categories: [LabelCategory] { manifest.labelCategories }

    /// Opens the clips of a split.
    /// - Throws: what `DataSet.open` throws.
    public func dataSet(
        _ split: Split, options: ClipOptions = ClipOptions(), progress: ProgressHandler? = nil
    ) throws -> DataSet {
        Self.register()
        return try DataSet.open(path, split: split, options: options, progress: progress)
    }

    /// The origin of a clip.
    public struct ClipOrigin: Sendable, Equatable {
        /// The film, or the folder of pictures.
        public var source: SetManifest.Source
        public var clip: SetManifest.Clip
    }

    /// Returns the origin of each clip of a split, in the order of ``dataSet(_:options:progress:)``.
    public func origins(_ split: Split) -> [ClipOrigin] {
        manifest.clips(split).map {
            ClipOrigin(source: manifest.sources[$0.source], clip: $0.clip)
        }
    }

    /// The name of the series `[T, 1]` that holds the number of each frame in its source, of clips
    /// without a timeline.
    public static let numberSeries = "frame_number"
}
