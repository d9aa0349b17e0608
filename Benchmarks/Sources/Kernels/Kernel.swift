/// Something to measure, with the work it cannot do without.
public struct Kernel {
    /// What its speed is compared with.
    public enum Bound: Sendable {
        /// A bare product 2048³.
        case arithmetic
        /// A plain loop that reads one buffer and writes another.
        case memory
    }

    public let name: String
    public let bound: Bound
    /// Floating-point operations of the textbook form.
    public let operations: Double
    /// Bytes of operands and results, each once.
    public let bytes: Double
    /// How it is computed, where there is a choice.
    public let algorithm: String
    /// Operations of the way it is computed, padding left out.
    public let needed: Double
    /// The same with Winograd's tiles of up to 4 outputs along an axis; nil where they cannot serve.
    public let neededByWinograd: Double?
    /// How often `prepare`'s closure does it, so that the clock has something to measure.
    public let repetitions: Int
    /// Makes the operands; the closure runs and gives a number made of the result. Bytes are given
    /// where only the operands tell them.
    public let prepare: () -> (body: () -> Double, bytes: Double?)

    public init(
        _ name: String, _ bound: Bound, operations: Double = 0, bytes: Double,
        algorithm: String = "", needed: Double? = nil, neededByWinograd: Double? = nil,
        repetitions: Int = 1, prepare: @escaping () -> () -> Double
    ) {
        self.name = name
        self.bound = bound
        self.operations = operations
        self.bytes = bytes
        self.algorithm = algorithm
        self.needed = needed ?? operations
        self.neededByWinograd = neededByWinograd
        self.repetitions = repetitions
        self.prepare = { (prepare(), nil) }
    }

    /// One whose bytes the operands tell.
    init(memory name: String, prepare: @escaping () -> (body: () -> Double, bytes: Double?)) {
        self.name = name
        bound = .memory
        (operations, bytes, needed, neededByWinograd) = (0, 0, 0, nil)
        (algorithm, repetitions) = ("", 1)
        self.prepare = prepare
    }

    /// All that `make bench-check` watches.
    public static func all() -> [Kernel] {
        convolutions() + products() + attentions() + elementwise() + decoding()
    }
}
