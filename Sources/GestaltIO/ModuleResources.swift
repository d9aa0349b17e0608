import Foundation

/// The location of a module's resources: in the bundle that the build places next to a program, or
/// in `share/gestalt` of the prefix a program is installed under.
///
/// `Bundle.module` ends the program when it finds nothing; here that is a result.
package struct ModuleResources: Sendable {
    /// The module, whose bundle is `Gestalt_MODULE.resources`.
    package let module: String
    /// The folder within the bundle; the empty name for the bundle's top.
    package let folder: String
    /// The folder within `share/gestalt`.
    package let installedFolder: String

    /// - Parameter installedFolder: by default the name of the folder in the bundle.
    package init(module: String, folder: String, installedFolder: String? = nil) {
        self.module = module
        self.folder = folder
        self.installedFolder = installedFolder ?? folder
    }

    /// Returns the first of the candidate folders that exists; nil where none does.
    /// - Parameter folders: the folders of this process's programs and bundles, links resolved.
    package func path(besides folders: [String] = ownFolders) -> String? {
        folders.flatMap(places).first {
            if case .folder? = try? PathStatus($0) { true } else { false }
        }
    }

    /// The places that were searched, for an error.
    package func expectation(besides folders: [String] = ownFolders) -> String {
        let bundle = folders.first.map { "\($0)/\(bundles[0]) or " } ?? ""
        return "\(bundle)PREFIX/share/gestalt"
    }

    private var bundles: [String] {
        ["Gestalt_\(module).resources", "Gestalt_\(module).bundle"]
    }

    private func places(_ program: String) -> [String] {
        let inside = folder.isEmpty ? "" : "/" + folder
        var places: [String] = []
        for bundle in bundles {
            places.append("\(program)/\(bundle)\(inside)")
            places.append("\(program)/\(bundle)/Contents/Resources\(inside)")
        }
        let prefix = URL(filePath: program).deletingLastPathComponent().path
        places.append("\(prefix)/share/gestalt/\(installedFolder)")
        return places
    }

    /// The folder of the executable, links resolved; and those of the bundles from which macOS
    /// loads tests and applications.
    package static var ownFolders: [String] {
        var urls = [
            Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent(),
            Bundle.main.bundleURL,
        ].compactMap { $0 }
        #if canImport(Darwin)
            let own = Bundle(for: Marker.self)
            urls += [own.resourceURL, own.bundleURL.deletingLastPathComponent()].compactMap { $0 }
        #endif
        var paths: [String] = []
        for path in urls.map(\.path) where !paths.contains(path) { paths.append(path) }
        return paths
    }

    private final class Marker {}
}
