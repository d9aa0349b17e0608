/// All tensors of a checkpoint with their paths.
struct CheckpointTree {
    /// A tensor, or an object that represents one.
    struct Leaf {
        /// Keys and indices from the root.
        let path: [String]
        let value: PickleValue
        /// Whether it is part of an optimizer's state.
        let isOptimizer: Bool
    }

    private(set) var leaves: [Leaf] = []
    /// Paths of whole saved modules, whose tensors have the names of their state dictionaries.
    private(set) var modules: Set<[String]> = []
    private let file: String
    private var spent = 0

    // A checkpoint of ten thousand tensors has names of half a megabyte.
    private static let largestNames = 64 << 20

    init(_ root: PickleValue, file: String) throws(FileError) {
        self.file = file
        try walk(root, [], isOptimizer: false)
    }

    private mutating func add(
        _ value: PickleValue, _ path: [String], _ isOptimizer: Bool
    ) throws(FileError) {
        spent += path.reduce(64) { $0 + 32 + $1.utf8.count }
        guard spent <= Self.largestNames else {
            throw .tooLarge(
                path: file, format: "PyTorch checkpoint",
                limit: "names of \(Self.largestNames) bytes", found: "more")
        }
        leaves.append(Leaf(path: path, value: value, isOptimizer: isOptimizer))
    }

    private mutating func walk(
        _ value: PickleValue, _ path: [String], isOptimizer: Bool
    ) throws(FileError) {
        switch value {
        case .tensor: try add(value, path, isOptimizer)
        case .list(let values), .tuple(let values):
            for (index, element) in values.enumerated() {
                try walk(element, path + ["\(index)"], isOptimizer: isOptimizer)
            }
        case .dictionary(let entries):
            try walk(entries, path, isOptimizer || Self.isOptimizer(value))
        case .object(let object):
            if UnreadTensor(object) != nil { return try add(value, path, isOptimizer) }
            if let state = object.state, Self.isModule(state) {
                modules.insert(path)
                return try walk(module: state, path, isOptimizer)
            }
            try walk(object, path, isOptimizer)
        default: break
        }
    }

    private mutating func walk(
        _ entries: [PickleValue.Entry], _ path: [String], _ isOptimizer: Bool
    ) throws(FileError) {
        for entry in entries {
            try walk(entry.value, path + [Self.key(entry.key)], isOptimizer: isOptimizer)
        }
    }

    /// Walks an object of any other class: its constructor arguments, and its contents.
    private mutating func walk(
        _ object: PickleObject, _ path: [String], _ isOptimizer: Bool
    ) throws(FileError) {
        let isOptimizer = isOptimizer || object.state.map(Self.isOptimizer) ?? false
        let before = leaves.count
        try walk(object.entries, path, isOptimizer)
        for (index, item) in object.items.enumerated() {
            try walk(item, path + ["\(index)"], isOptimizer: isOptimizer)
        }
        if let state = object.state { try walk(state, path, isOptimizer: isOptimizer) }
        guard leaves.count == before else { return }
        for (index, argument) in object.arguments.enumerated() {
            try walk(argument, path + ["\(index)"], isOptimizer: isOptimizer)
        }
    }

    /// Walks a module with the names of `state_dict()`: parameters, persistent buffers, then the
    /// submodules.
    private mutating func walk(
        module state: PickleValue, _ path: [String], _ isOptimizer: Bool
    ) throws(FileError) {
        let passing = Self.names(state["_non_persistent_buffers_set"])
        for group in ["_parameters", "_buffers"] {
            for entry in state[group]?.entries ?? [] {
                let name = Self.key(entry.key)
                if group == "_buffers", passing.contains(name) { continue }
                try walk(entry.value, path + [name], isOptimizer: isOptimizer)
            }
        }
        try walk(state["_modules"]?.entries ?? [], path, isOptimizer)
    }

    private static func isModule(_ state: PickleValue) -> Bool {
        state["_parameters"]?.entries != nil && state["_modules"]?.entries != nil
    }

    /// Whether the value is an optimizer, which stores its tensors next to the parameter groups.
    private static func isOptimizer(_ value: PickleValue) -> Bool {
        value["param_groups"] != nil && value["state"] != nil
    }

    /// Returns the strings in a set.
    private static func names(_ set: PickleValue?) -> Set<String> {
        guard case .object(let object)? = set else { return [] }
        let listed = object.items + object.arguments.flatMap { $0.elements ?? [] }
        return Set(listed.compactMap(\.string))
    }

    static func key(_ key: PickleValue) -> String { key.string ?? key.description }
}
