#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The words after a program's name: each option is asked for by name, and what nobody asked for is
/// an error. An error prints the usage and ends the program with status 64.
///
///     var options = Options(usage: "usage: conv [--runs N]")
///     let runs = options.number("--runs", default: 5)
///     options.finish()
public struct Options {
    private var rest: [String]
    private let usage: String

    public init(_ arguments: [String] = Array(CommandLine.arguments.dropFirst()), usage: String) {
        rest = arguments
        self.usage = usage
        if rest.contains("--help") || rest.contains("-h") {
            print(usage)
            exit(0)
        }
    }

    /// The first word, which must be one of `names`; `standard` when there is none.
    public mutating func command(_ names: [String], default standard: String? = nil) -> String {
        guard let word = rest.first, !word.hasPrefix("-") else {
            guard let standard else { fail("one of \(list(names)) is expected first") }
            return standard
        }
        rest.removeFirst()
        guard names.contains(word) else { fail("\(word) is none of \(list(names))") }
        return word
    }

    /// Whether `name` is there.
    public mutating func flag(_ name: String) -> Bool {
        guard let place = rest.firstIndex(of: name) else { return false }
        rest.remove(at: place)
        return true
    }

    /// The word behind `name`.
    public mutating func text(_ name: String) -> String? {
        guard let place = rest.firstIndex(of: name) else { return nil }
        guard place + 1 < rest.count else { fail("\(name) wants a value") }
        let value = rest[place + 1]
        rest.removeSubrange(place...place + 1)
        return value
    }

    /// The word behind `name`, one of `names`.
    public mutating func choice(
        _ name: String, of names: [String], default standard: String
    ) -> String {
        guard let value = text(name) else { return standard }
        guard names.contains(value) else { fail("\(name) \(value): \(list(names)) are possible") }
        return value
    }

    public mutating func number(
        _ name: String, default standard: Int, in range: ClosedRange<Int> = 1...1_000_000
    ) -> Int {
        guard let value = text(name) else { return standard }
        guard let number = Int(value), range.contains(number) else {
            fail("\(name) \(value): a whole number in \(range) is expected")
        }
        return number
    }

    public mutating func share(_ name: String, default standard: Double) -> Double {
        guard let value = text(name) else { return standard }
        guard let number = Double(value), (0..<1).contains(number) else {
            fail("\(name) \(value): a number from 0 and below 1 is expected")
        }
        return number
    }

    /// Ends the program when words are left that nobody asked for.
    public func finish() {
        if let word = rest.first { fail("\(word) is not understood") }
    }

    public func fail(_ message: String) -> Never {
        let text = message + "\n" + usage + "\n"
        _ = text.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        exit(64)
    }

    private func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
