import GestaltChecks
import GestaltTensor

extension Module {
    /// All parameters and buffers by path, in the order of `visit`.
    public var state: [(path: String, value: Tensor<Float>, isParameter: Bool)] {
        var copy = self
        var visitor = StateReader()
        copy.visit(&visitor)
        return visitor.entries
    }

    /// The number of trainable scalars.
    public var parameterCount: Int {
        state.reduce(0) { $0 + ($1.isParameter ? $1.value.count : 0) }
    }

    /// Replaces every parameter and buffer by the result of `value` for its path and current value.
    public mutating func mapState(
        _ value: (_ path: String, _ current: Tensor<Float>) throws -> Tensor<Float>
    ) rethrows {
        var copy = self
        let replacements = try copy.state.map { entry in
            let new = try value(entry.path, entry.value)
            require(
                new.shape == entry.value.shape,
                "\(entry.path) of shape \(entry.value.shape) is given shape \(new.shape)")
            return new.detached
        }
        var visitor = Writing(values: replacements)
        copy.visit(&visitor)
        self = copy
    }
}

private struct StateReader: PathVisitor {
    var prefix = ""
    var entries: [(path: String, value: Tensor<Float>, isParameter: Bool)] = []

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        entries.append((path, value, true))
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {
        entries.append((path, buffer.value, false))
    }
}

private struct Writing: PathVisitor {
    let values: [Tensor<Float>]
    var prefix = ""
    private var next = 0

    init(values: [Tensor<Float>]) { self.values = values }

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        value = values[next]
        next += 1
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {
        buffer.value = values[next]
        next += 1
    }
}
