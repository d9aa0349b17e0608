import GestaltIO

/// The location of the pre-trained models: a folder for each set of them, `robot-push-small` and
/// others. `PretrainedModels` of GestaltRecipes opens them by name.
package enum PretrainedFolder {
    private static let resources = ModuleResources(
        module: "GestaltPretrained", folder: "", installedFolder: "Models")

    /// Returns the folder; nil where the program was moved away from its resources.
    ///
    /// - Parameter folders: the folders of this process's programs and bundles, links resolved.
    package static func path(besides folders: [String] = ModuleResources.ownFolders) -> String? {
        resources.path(besides: folders)
    }

    /// The places that were searched, for an error.
    package static var expectation: String { resources.expectation() }
}
