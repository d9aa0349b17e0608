/// A tensor in a checkpoint that is listed, but not read: quantized, sparse, or without data.
struct UnreadTensor {
    let type: String
    let shape: [Int]?
    let problem: String

    /// Recognizes an object that represents a tensor; nil for any other.
    init?(_ object: PickleObject) {
        switch object.name {
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2",
            "torch._utils._rebuild_tensor_v3":
            self.init(rebuilt: object)
        case "torch._tensor._rebuild_from_type_v2", "torch._tensor._rebuild_from_type":
            self.init(subclass: object)
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch.nn.parameter.Parameter", "torch.nn.Parameter", "torch.nn.parameter.Buffer":
            guard case .object(let inner)? = object.arguments.first else { return nil }
            self.init(inner)
        default: self.init(special: object)
        }
    }

    /// A tensor that is not strided numbers of its own.
    private init?(special object: PickleObject) {
        let arguments = object.arguments
        func shape(_ index: Int) -> [Int]? {
            arguments.indices.contains(index) ? arguments[index].integers : nil
        }
        func name(_ index: Int) -> String {
            guard arguments.indices.contains(index) else { return "tensor" }
            return Self.word(arguments[index])
        }
        switch object.name {
        case "torch._utils._rebuild_qtensor":
            self.init(type: name(0), shape: shape(2), problem: "quantized numbers")
        case "torch._utils._rebuild_sparse_tensor", "torch._utils._rebuild_sparse_csr_tensor":
            let sizes = arguments.last?.elements?.compactMap(\.integers).last
            self.init(type: "sparse", shape: sizes, problem: "a sparse tensor")
        case "torch._utils._rebuild_nested_tensor":
            self.init(type: "nested", shape: nil, problem: "a tensor of several lengths")
        case "torch._utils._rebuild_meta_tensor_no_storage":
            self.init(type: name(0), shape: shape(1), problem: "a meta tensor, without data")
        case "torch._utils._rebuild_wrapper_subclass":
            self.init(type: name(1), shape: shape(2), problem: "a tensor of class \(name(0))")
        case "torch.nn.parameter.UninitializedParameter", "torch.nn.parameter.UninitializedBuffer":
            self.init(type: "uninitialized", shape: nil, problem: "a parameter without data")
        case "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
            "torch._utils._rebuild_device_tensor_from_numpy":
            let state = object.state?.elements ?? []
            self.init(
                type: "numpy", shape: state.count > 1 ? state[1].integers : nil,
                problem: "an array of NumPy")
        case let other where other.hasPrefix("torch._utils._rebuild_"):
            self.init(type: "tensor", shape: nil, problem: "a tensor of another kind: \(other)")
        default: return nil
        }
    }

    private init(type: String, shape: [Int]?, problem: String) {
        (self.type, self.shape, self.problem) = (type, shape, problem)
    }

    /// A strided tensor with unknown elements or attributes.
    private init?(rebuilt object: PickleObject) {
        let arguments = object.arguments
        guard arguments.count >= 4 else { return nil }
        let hasType = object.name.hasSuffix("_v3")
        let type = Self.word(hasType && arguments.count > 6 ? arguments[6] : arguments[0])
        let attributes = arguments.count > (hasType ? 7 : 6) ? arguments[hasType ? 7 : 6] : .null
        let problem: String
        if type.lowercased().contains("complex") {
            problem = "complex numbers"
        } else if case .tensor = arguments[0], !attributes.isNull {
            problem = "a tensor with attributes \(attributes.summary)"
        } else {
            problem = "an element type that is not read"
        }
        self.init(type: type, shape: arguments[2].integers, problem: problem)
    }

    /// A tensor of a subclass, described by its function.
    private init?(subclass object: PickleObject) {
        guard object.arguments.count >= 3, let inner = object.arguments[2].elements else {
            return nil
        }
        let made = UnreadTensor(
            PickleObject(
                callee: object.arguments[0], arguments: inner, keywords: nil, state: nil, items: [],
                entries: []))
        self.init(
            type: made?.type ?? "tensor", shape: made?.shape,
            problem: made?.problem ?? "a tensor of class \(Self.word(object.arguments[1]))")
    }

    /// Returns the name of a type, a class or a storage's class.
    private static func word(_ value: PickleValue) -> String {
        switch value {
        case .global(let global): return global.name
        case .tensor(let tensor): return tensor.type.description
        case .object(let storage):
            guard case .global(let kind) = storage.callee else { return "tensor" }
            return kind.name.hasSuffix("Storage") ? String(kind.name.dropLast(7)) : kind.name
        default: return "tensor"
        }
    }
}
