import ArgumentParser

/// Parses a positive integer.
@Sendable func positive(_ text: String) throws -> Int {
    guard let number = Int(text), number > 0 else {
        throw ValidationError("a positive integer is expected")
    }
    return number
}

/// Parses a number above 0.
@Sendable func positiveFraction(_ text: String) throws -> Float {
    guard let number = Float(text), number > 0, number.isFinite else {
        throw ValidationError("a number above 0 is expected")
    }
    return number
}

/// Parses a number from 0 to 1.
@Sendable func share(_ text: String) throws -> Float {
    guard let number = Float(text), (0...1).contains(number) else {
        throw ValidationError("a number from 0 to 1 is expected")
    }
    return number
}

/// Parses a number above 0, at most 1.
@Sendable func positiveShare(_ text: String) throws -> Float {
    guard let number = Float(text), number > 0, number <= 1 else {
        throw ValidationError("a number above 0 and at most 1 is expected")
    }
    return number
}

/// Parses the number of a class.
@Sendable func classNumber(_ text: String) throws -> Int32 {
    guard let number = Int32(text), number >= 0 else {
        throw ValidationError("the number of a class, 0 or above, is expected")
    }
    return number
}

/// Two numbers in order, written `LOW..HIGH`, or one number that is both.
struct NumberRange: ExpressibleByArgument {
    let range: ClosedRange<Float>

    init?(argument: String) {
        let parts = argument.split(separator: "..", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Float($0) }
        guard (1...2).contains(parts.count), parts.last?.hasPrefix(".") == false,
            numbers.count == parts.count,
            let low = numbers.first, let high = numbers.last, low <= high
        else { return nil }
        range = low...high
    }
}
