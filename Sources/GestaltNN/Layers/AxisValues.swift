import GestaltChecks

/// A number for each spatial axis, or one for all of them: kernel lengths, strides, factors.
///
/// ```swift
/// Convolution(rank: 2, 3, 16, kernel: 3, random: &random)             // the same along both axes
/// Convolution(3, 16, kernel: [3, 5, 5], stride: [1, 2, 2], random: &random)
/// ```
public struct AxisValues: Sendable, Hashable, ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
    private let numbers: [Int]
    private let isUniform: Bool

    /// One number for every axis.
    public init(_ number: Int) {
        numbers = [number]
        isUniform = true
    }

    /// A number for each axis, outermost first.
    public init(_ numbers: [Int]) {
        self.numbers = numbers
        isUniform = false
    }

    public init(integerLiteral number: Int) { self.init(number) }

    public init(arrayLiteral numbers: Int...) { self.init(numbers) }

    /// The number of axes; nil if one number applies to all.
    public var rank: Int? { isUniform ? nil : numbers.count }

    /// Returns a number for each of `rank` axes.
    /// - Precondition: a list has `rank` numbers.
    public func values(rank: Int, _ name: @autoclosure () -> String = "axis values") -> [Int] {
        require(
            isUniform || numbers.count == rank,
            "\(name()): \(numbers) for \(rank) spatial axes")
        return isUniform ? Array(repeating: numbers[0], count: rank) : numbers
    }
}

/// Returns the number of spatial axes that a layer's rank or kernel specifies.
func spatialRank(_ layer: String, _ rank: Int?, _ kernel: AxisValues) -> Int {
    guard let found = rank ?? kernel.rank else {
        stop("\(layer): one number as the kernel needs `rank:`, the number of spatial axes")
    }
    return found
}
