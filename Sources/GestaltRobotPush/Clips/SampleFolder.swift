import GestaltData
import GestaltIO

/// The location of the package's recordings.
package enum SampleFolder {
    private static let resources = ModuleResources(module: "GestaltRobotPush", folder: "Sample")

    /// Returns the folder of the sample.
    ///
    /// - Parameter folders: the folders of this process's programs and bundles, links resolved.
    /// - Throws: `ClipError.notFound` with the locations that were searched.
    package static func path(
        besides folders: [String] = ModuleResources.ownFolders
    ) throws(ClipError) -> String {
        if let found = resources.path(besides: folders) { return found }
        throw .notFound(
            path: "sample",
            expected: "the recordings of the package in "
                + resources.expectation(besides: folders),
            found: "neither: the program was moved without them; make install PREFIX=… copies both")
    }
}
