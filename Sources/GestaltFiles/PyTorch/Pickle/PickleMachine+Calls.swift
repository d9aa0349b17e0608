import GestaltChecks

/// Names, calls and operations on their results.
extension PickleMachine {
    mutating func construct(_ opcode: PickleOpcode) throws(FileError) {
        switch opcode {
        case .global:
            let module = try cursor.line()
            try push(global(module, cursor.line()))
        case .stackGlobal:
            let (name, module) = (arena[try pop()], arena[try pop()])
            guard case .string(let name) = name, case .string(let module) = module else {
                throw cursor.malformed("the name of something in a module", "something else")
            }
            try push(global(module, name))
        case .reduce, .newObject:
            let arguments = try pop()
            try push(call(pop(), arguments))
        case .newObjectWithKeywords:
            let keywords = try pop()
            let arguments = try pop()
            try push(object(pop(), arguments, keywords: keywords))
        case .build:
            let state = try pop()
            try setState(state)
        case .persistentIdentifier: try push(storage(pop()))
        default: stop("\(opcode) makes no object")
        }
    }

    private mutating func global(_ module: String, _ name: String) throws(FileError) -> Index {
        try arena.add(
            .global(PickleGlobal(module: module, name: name)),
            payload: module.utf8.count + name.utf8.count)
    }

    /// Returns a substitute for the result of a call: a value for known functions, a record of the
    /// call for all others.
    private mutating func call(_ callee: Index, _ arguments: Index) throws(FileError) -> Index {
        guard case .tuple(let values) = arena[arguments] else {
            throw cursor.malformed("a tuple of arguments", "something else")
        }
        guard case .global(let name) = arena[callee] else {
            return try object(callee, arguments)
        }
        switch name.description {
        case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
            if let tensor = try tensor(values, hasType: false) { return tensor }
        case "torch._utils._rebuild_tensor_v3":
            if let tensor = try tensor(values, hasType: true) { return tensor }
        case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
            "torch._utils._rebuild_device_tensor_from_cpu_tensor", "torch.nn.parameter.Parameter",
            "torch.nn.parameter.Buffer", "torch.nn.Parameter":
            if let first = values.first, case .tensor = arena[first] { return first }
        case "torch._tensor._rebuild_from_type_v2":
            // (function, class, its arguments, attributes): a tensor with attributes of its own.
            if values.count >= 3, case .global(let inner) = arena[values[0]],
                case .tuple(let parts) = arena[values[2]],
                let tensor = try tensor(parts, builtBy: inner.description)
            {
                return tensor
            }
        case "torch.Size":
            if let first = values.first, case .tuple = arena[first] { return first }
        default:
            if let value = try pythonValue(name, values) { return value }
        }
        return try object(callee, arguments)
    }

    /// Returns the tensor of a function's arguments; nil for unknown functions.
    private mutating func tensor(
        _ parts: [Index], builtBy function: String
    ) throws(FileError) -> Index? {
        switch function {
        case "torch._utils._rebuild_tensor_v2": return try tensor(parts, hasType: false)
        case "torch._utils._rebuild_tensor_v3": return try tensor(parts, hasType: true)
        case "torch._utils._rebuild_parameter":
            if let first = parts.first, case .tensor = arena[first] { return first }
            return nil
        default: return nil
        }
    }

    /// Returns a plain value that the pickle encodes as a call.
    private mutating func pythonValue(
        _ name: PickleGlobal, _ values: [Index]
    ) throws(FileError) -> Index? {
        switch name.description {
        case "collections.OrderedDict":
            if values.isEmpty { return try arena.add(.dictionary([])) }
            return try dictionary(of: values[0])
        case "argparse.Namespace" where values.isEmpty: return try arena.add(.namespace(nil))
        case "copyreg._reconstructor", "copy_reg._reconstructor":
            // Protocol 1's construction of an object from its class alone.
            guard let first = values.first, case .global(let kind) = arena[first],
                kind.description == "argparse.Namespace"
            else { return nil }
            return try arena.add(.namespace(nil))
        case "_codecs.encode":
            // Protocol 2 has no bytes: it encodes them as text of the same code points.
            guard let first = values.first, case .string(let text) = arena[first],
                values.count == 1 || values.count == 2 && isLatin(values[1])
            else { return nil }
            try arena.spend(text.utf8.count)
            let bytes = text.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
            return bytes.count == text.unicodeScalars.count ? try arena.add(.bytes(bytes)) : nil
        case "__builtin__.bytes", "builtins.bytes":
            return values.isEmpty ? try arena.add(.bytes([])) : nil
        default: return nil
        }
    }

    private func isLatin(_ index: Index) -> Bool {
        guard case .string(let encoding) = arena[index] else { return false }
        return ["latin1", "latin-1", "iso-8859-1"].contains(encoding)
    }

    /// Returns the dictionary of a list of pairs; nil for another value.
    private mutating func dictionary(of list: Index) throws(FileError) -> Index? {
        guard case .list(let pairs) = arena[list] else { return nil }
        try arena.spend(2 * pairs.count * PickleArena.referenceCost)
        var entries: [Index] = []
        for pair in pairs {
            switch arena[pair] {
            case .list(let parts) where parts.count == 2, .tuple(let parts) where parts.count == 2:
                entries += parts
            default: return nil
            }
        }
        return try arena.add(.dictionary(entries))
    }

    private mutating func object(
        _ callee: Index, _ arguments: Index, keywords: Index? = nil
    ) throws(FileError) -> Index {
        guard case .tuple = arena[arguments] else {
            throw cursor.malformed("a tuple of arguments", "something else")
        }
        switch arena[callee] {
        case .global, .object: break
        default: throw cursor.malformed("a class or a function", "something else")
        }
        return try arena.add(
            .object(PickleArena.Object(callee: callee, arguments: arguments, keywords: keywords)),
            payload: 2 * PickleArena.referenceCost)
    }

    /// Assigns attributes to the value on top of the stack. Those of dictionaries and tensors
    /// (version numbers of modules, for example) are not needed and omitted.
    private mutating func setState(_ state: Index) throws(FileError) {
        if case .namespace = arena[try top()] {
            guard case .dictionary = arena[state] else {
                throw cursor.malformed("a dictionary of attributes", "something else")
            }
        }
        let isDone = arena.update(try top()) { node in
            switch node {
            case .namespace: node = .namespace(state)
            case .object(var object):
                node = .none
                object.state = state
                node = .object(object)
            case .dictionary, .tensor: break
            default: return false
            }
            return true
        }
        guard isDone else {
            throw cursor.malformed("something that can have attributes", "a plain value")
        }
    }
}
