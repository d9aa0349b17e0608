/// The failure of a decomposition or of a solver. `batchIndex` counts the matrices along all
/// leading axes, row-major.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
    /// A matrix without inverse: the pivot in this row, from 0, is exactly zero.
    case singular(operation: String, batchIndex: Int, row: Int)
    /// A symmetric matrix whose leading minor of this order is not positive.
    case notPositiveDefinite(operation: String, batchIndex: Int, order: Int)
    /// A symmetric matrix with an eigenvalue clearly below zero.
    case notPositiveSemidefinite(operation: String, batchIndex: Int, eigenvalue: Double)
    /// The iteration did not converge.
    case notConverged(operation: String, batchIndex: Int)
    /// The input holds NaN or infinity.
    case notFinite(operation: String, batchIndex: Int)

    public var description: String {
        switch self {
        case .singular(let operation, let index, let row):
            "\(operation): matrix \(index) of the batch is singular (pivot \(row) is zero)"
        case .notPositiveDefinite(let operation, let index, let order):
            "\(operation): matrix \(index) of the batch is not positive definite (its leading "
                + "minor of order \(order) is not positive); add a small multiple of the identity"
        case .notPositiveSemidefinite(let operation, let index, let eigenvalue):
            "\(operation): matrix \(index) of the batch has the eigenvalue \(eigenvalue), below zero"
        case .notConverged(let operation, let index):
            "\(operation): the iteration for matrix \(index) of the batch did not converge"
        case .notFinite(let operation, let index):
            "\(operation): matrix \(index) of the batch holds a number that is not finite"
        }
    }
}
