import CKernels

/// Minimal filtering along one axis: F(m, r) computes m outputs of r taps from m + r − 1 products.
///
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016. The points of
/// interpolation are our choice, see `winogradlines.inc`.
enum WinogradScheme: Int32, Hashable, CaseIterable {
    /// No transform: an axis with one tap.
    case none
    case f22, f42, f23, f43, f24, f34

    var outputs: Int {
        switch self {
        case .none: 1
        case .f22, .f23, .f24: 2
        case .f34: 3
        case .f42, .f43: 4
        }
    }

    var taps: Int {
        switch self {
        case .none: 1
        case .f22, .f42: 2
        case .f23, .f43: 3
        case .f24, .f34: 4
        }
    }

    /// The number of products per tile.
    var points: Int { outputs + taps - 1 }

    func tiles(of length: Int) -> Int { (length + outputs - 1) / outputs }

    /// Returns the scheme with the fewest products for `length` outputs of `taps` taps in tiles of
    /// at most `largest`, the smaller tile on ties; nil if none exists.
    static func fewest(taps: Int, outputs length: Int, largest: Int) -> WinogradScheme? {
        allCases.filter { $0.taps == taps && $0.outputs <= largest }
            .min { $0.tiles(of: length) * $0.points < $1.tiles(of: length) * $1.points }
    }
}
