import GestaltFilm
import GestaltImport
import GestaltMAGVIT
import GestaltPrior
import GestaltRobotPush
import GestaltSegHeads

/// The kinds of data, films, models, encoders, features and recipes that the package registers.
public enum BuiltIns {
    /// Registers all of them; later calls do nothing. Every function that opens by name calls it
    /// first.
    public static func register() { _ = registration }

    private static let registration: Void = {
        RobotPush.register()
        Films.register()
        ImportedSet.register()
        VideoModel.registerKinds()
        MagvitKinds.register()
        SegmentationKinds.register()
        Recipes.registerBuiltIns()
        FeatureSources.registerBuiltIns()
        CommonFateMethods.registerBuiltIns()
        CheckpointFormats.registerBuiltIns()
    }()
}
