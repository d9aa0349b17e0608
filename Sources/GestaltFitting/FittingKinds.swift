import GestaltRecipes

/// The kinds that this module registers.
public enum FittingKinds {
    /// Registers the scheme of frame selections, next to the kinds of GestaltRecipes, so that runs
    /// of a fit can be opened and resumed; later calls do nothing.
    public static func register() {
        BuiltIns.register()
        SelectionScheme.register()
    }
}
