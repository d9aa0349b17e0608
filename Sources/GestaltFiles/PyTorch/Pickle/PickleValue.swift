/// A value of a Python pickle as plain data. Nothing in the pickle is executed: an object of an
/// unknown class is an ``object(_:)`` that only records its construction.
public enum PickleValue: Sendable, Equatable {
    /// Python's None.
    case null
    case bool(Bool)
    case integer(Int)
    /// An integer beyond 64 bits, in decimal digits.
    case bigInteger(String)
    case real(Double)
    case string(String)
    case bytes([UInt8])
    case list([PickleValue])
    case tuple([PickleValue])
    /// A `dict`, an `OrderedDict` or an `argparse.Namespace`, in the order of the pickle.
    case dictionary([Entry])
    /// A class, a function or a constant such as `torch.float32`, by name only.
    case global(PickleGlobal)
    /// A tensor, to be loaded by ``PyTorchFile/tensor(_:as:)-(PyTorchTensor,_)``.
    indirect case tensor(PyTorchTensor)
    indirect case object(PickleObject)
    /// A value inside itself, omitted there, so that the tree is finite.
    case recursion

    /// A key of a dictionary with its value.
    public struct Entry: Sendable, Equatable {
        public let key: PickleValue
        public let value: PickleValue

        public init(key: PickleValue, value: PickleValue) {
            self.key = key
            self.value = value
        }
    }
}

/// The name of an object in a Python module.
public struct PickleGlobal: Sendable, Hashable, CustomStringConvertible {
    public let module: String
    public let name: String

    public init(module: String, name: String) {
        self.module = module
        self.name = name
    }

    public var description: String { "\(module).\(name)" }
}

/// A call in a pickle that was not executed, with the operations on its result.
public struct PickleObject: Sendable, Equatable {
    /// The function: a ``PickleValue/global(_:)``, rarely the result of another call.
    public let callee: PickleValue
    public let arguments: [PickleValue]
    /// Named arguments, a dictionary.
    public let keywords: PickleValue?
    /// The object's attributes, usually a dictionary.
    public let state: PickleValue?
    /// Items appended to it, as to a list.
    public let items: [PickleValue]
    /// Entries stored in it, as in a dictionary.
    public let entries: [PickleValue.Entry]

    /// Module and name of the function; empty when it is itself the result of a call.
    public var name: String {
        if case .global(let global) = callee { global.description } else { "" }
    }
}
