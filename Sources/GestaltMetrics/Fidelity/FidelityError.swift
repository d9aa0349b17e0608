/// A reason why images cannot be compared.
public enum FidelityError: Error, Equatable, CustomStringConvertible {
    /// Images smaller than the window of a score.
    case belowWindow(height: Int, width: Int, side: Int)

    public var description: String {
        switch self {
        case .belowWindow(let height, let width, let side):
            "Pictures of \(height) × \(width) pixels are smaller than the window of SSIM, "
                + "\(side) × \(side)"
        }
    }
}
