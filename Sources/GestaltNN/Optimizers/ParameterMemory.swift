import GestaltChecks
import GestaltTensor

/// An optimizer's state of its parameters: an update count and `names.count` tensors of the
/// parameter's shape for each, by path.
struct ParameterMemory: Sendable {
    struct Entry: Sendable {
        let path: String
        var updates = 0
        var tensors: [Tensor<Float>]
    }

    /// The names of the tensors in the state.
    let names: [String]
    private(set) var entries: [Entry] = []
    private var places: [String: Int] = [:]
    private static let updates = "updates"

    init(names: [String]) { self.names = names }

    /// Calls `body` with the state of the parameter at `path`, initially zeros, after incrementing
    /// its update count.
    mutating func advance(
        _ path: String, shape: Shape, _ body: (inout Entry) -> Void
    ) {
        let place = places[path] ?? append(path, shape)
        body(&entries[place])
    }

    private mutating func append(_ path: String, _ shape: Shape) -> Int {
        // Separate tensors: shared `zeros` would be copied at the first write.
        entries.append(Entry(path: path, tensors: names.map { _ in .zeros(shape) }))
        places[path] = entries.count - 1
        return entries.count - 1
    }

    /// `PATH/updates` `[2]`, then `PATH/NAME` for each name.
    var state: [NamedTensor<Float>] {
        var result: [NamedTensor<Float>] = []
        for entry in entries {
            result.append((entry.path + "/" + Self.updates, Tensor(Self.digits(entry.updates))))
            for (name, tensor) in zip(names, entry.tensors) {
                result.append((entry.path + "/" + name, tensor))
            }
        }
        return result
    }

    mutating func restore(
        _ state: [NamedTensor<Float>]
    ) throws(OptimizerStateError) {
        var found: [String: [String: Tensor<Float>]] = [:]
        var order: [String] = []
        for (name, tensor) in state {
            guard let slash = name.lastIndex(of: "/") else { throw .unknownName(name) }
            let (path, kind) = (String(name[..<slash]), String(name[name.index(after: slash)...]))
            guard kind == Self.updates || names.contains(kind) else { throw .unknownName(name) }
            if found[path] == nil { order.append(path) }
            found[path, default: [:]][kind] = tensor
        }
        var restored = ParameterMemory(names: names)
        for path in order { try restored.add(path, found[path] ?? [:]) }
        self = restored
    }

    private mutating func add(
        _ path: String, _ parts: [String: Tensor<Float>]
    ) throws(OptimizerStateError) {
        guard let count = parts[Self.updates] else {
            throw .incomplete(path: path, missing: Self.updates)
        }
        guard count.shape == [2] else {
            throw .wrongShape(
                name: path + "/" + Self.updates, expected: [2], found: count.shape.dimensions)
        }
        var tensors: [Tensor<Float>] = []
        for name in names {
            guard let tensor = parts[name] else { throw .incomplete(path: path, missing: name) }
            let expected = tensors.first?.shape ?? tensor.shape
            guard tensor.shape == expected else {
                throw .wrongShape(
                    name: path + "/" + name, expected: expected.dimensions,
                    found: tensor.shape.dimensions)
            }
            tensors.append(tensor.copied())
        }
        entries.append(Entry(path: path, updates: Self.number(count.scalars), tensors: tensors))
        places[path] = entries.count - 1
    }

    /// Splits a count into two numbers that are exact as floats.
    private static func digits(_ count: Int) -> [Float] {
        [Float(count / 1_000_000), Float(count % 1_000_000)]
    }

    private static func number(_ digits: [Float]) -> Int {
        // A damaged file may contain arbitrary values.
        let parts = digits.map { Int(exactly: $0.rounded()) ?? 0 }
        return max(0, parts[0]) &* 1_000_000 &+ max(0, parts[1])
    }
}

/// A visitor of the parameters with a gradient, with the settings of their groups.
struct UpdateWalk: PathVisitor {
    let gradients: Gradients
    let groups: [ParameterGroup]
    var prefix = ""
    var memory: ParameterMemory
    let body:
        (
            _ value: inout Tensor<Float>, _ gradient: Tensor<Float>, _ group: ParameterGroup?,
            _ entry: inout ParameterMemory.Entry
        ) -> Void

    mutating func parameter(path: String, _ value: inout Tensor<Float>) {
        guard let gradient = gradients[path: path] else { return }
        require(
            gradient.shape == value.shape,
            "\(path) of shape \(value.shape) has a gradient of shape \(gradient.shape)")
        let (shape, body) = (value.shape, body)
        let group = groups.first { $0.selection.covers(path, shape) }
        memory.advance(path, shape: shape) { entry in
            require(
                entry.tensors.allSatisfy { $0.shape == shape },
                "\(path) of shape \(shape) has an optimizer state of another shape")
            entry.updates += 1
            body(&value, gradient, group, &entry)
        }
    }

    mutating func buffer(path: String, _ buffer: inout Buffer) {}
}

extension ParameterMemory {
    /// Runs `body` for each parameter of `model` that has a gradient.
    mutating func update(
        _ model: inout some Module, with gradients: Gradients, groups: [ParameterGroup],
        _ body:
            @escaping (
                inout Tensor<Float>, Tensor<Float>, ParameterGroup?, inout ParameterMemory.Entry
            ) -> Void
    ) {
        // Moved, not copied: the tensors are written in place.
        var walk = UpdateWalk(
            gradients: gradients, groups: groups, memory: self, body: body)
        self = ParameterMemory(names: names)
        model.visit(&walk)
        self = walk.memory
    }
}
