import Foundation
import GestaltData

/// The location of the package's recordings: in the resource bundle that the build places next to
/// a program, or in `share/gestalt` of the prefix a program is installed under.
///
/// `Bundle.module` ends the program when it finds nothing; here that is an error.
package enum SampleFolder {
    private static let bundles = [
        "Gestalt_GestaltRobotPush.resources", "Gestalt_GestaltRobotPush.bundle",
    ]

    /// Returns the folder of the sample.
    ///
    /// - Parameter folders: the folders of this process's programs and bundles, links resolved.
    /// - Throws: `ClipError.notFound` with the locations that were searched.
    package static func path(besides folders: [String] = ownFolders) throws(ClipError) -> String {
        let candidates = folders.flatMap(places)
        if let found = candidates.first(where: Folder.exists) { return found }
        let beside = folders.first.map { "\($0)/\(bundles[0]) or " } ?? ""
        throw .notFound(
            path: "sample",
            expected: "the recordings of the package in \(beside)PREFIX/share/gestalt",
            found: "neither: the program was moved without them; make install PREFIX=… copies both")
    }

    /// Returns the candidate locations of the sample for a program in `folder`.
    private static func places(_ folder: String) -> [String] {
        var places: [String] = []
        for bundle in bundles {
            places.append("\(folder)/\(bundle)/Sample")
            places.append("\(folder)/\(bundle)/Contents/Resources/Sample")
        }
        places.append("\(PathParts.parent(folder))/share/gestalt/Sample")
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
