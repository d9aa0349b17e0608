/// Storages and tensors.
extension PickleMachine {
    /// Returns the storage of a persistent identifier:
    /// `('storage', class, name, location, count)`, in old files with a sixth element, None or
    /// `(name, offset, count)` of a view. The original location, a GPU for example, is ignored.
    mutating func storage(_ identifier: Index) throws(FileError) -> Index {
        // The format before PyTorch 1.6 stores the source text of a module's class with the class.
        if case .tuple(let parts) = arena[identifier], parts.count == 4,
            case .string("module") = arena[parts[0]], case .global = arena[parts[1]]
        {
            return parts[1]
        }
        guard case .tuple(let parts) = arena[identifier], (5...6).contains(parts.count),
            case .string("storage") = arena[parts[0]], case .global(let kind) = arena[parts[1]],
            case .string(let name) = arena[parts[2]], case .integer(let count) = arena[parts[4]]
        else {
            throw cursor.malformed("('storage', class, name, location, count)", "something else")
        }
        guard let type = PyTorchStorage.type(of: kind) else {
            // Quantized or complex elements: tensors built from them stay objects. The format
            // before 1.6 needs their width to find their end.
            if let width = PyTorchStorage.foreignWidth(of: kind) {
                let byteCount = try byteCount(of: name, count: count, width: width)
                try register(
                    PyTorchStorage(
                        name: name, type: nil, width: width, start: 0, byteCount: byteCount,
                        recordByteCount: byteCount))
            }
            return try arena.add(
                .object(PickleArena.Object(callee: parts[1], arguments: identifier)),
                payload: 2 * PickleArena.referenceCost)
        }
        let width = type?.byteCount ?? 1
        let byteCount = try byteCount(of: name, count: count, width: width)
        var (start, length) = (0, byteCount)
        if parts.count == 6, let view = try view(parts[5], width, byteCount) {
            (start, length) = view
        }
        let storage = PyTorchStorage(
            name: name, type: type, width: width, start: start, byteCount: length,
            recordByteCount: byteCount)
        try register(storage)
        return try arena.add(.storage(storage), payload: 2 * PickleArena.referenceCost)
    }

    /// Returns the size of a storage of `count` elements of `width` bytes.
    private func byteCount(
        of name: String, count: Int, width: Int
    ) throws(FileError) -> Int {
        let (byteCount, overflows) = count.multipliedReportingOverflow(by: width)
        guard count >= 0, !overflows else {
            throw cursor.malformed("the size of storage \(name)", "\(count) elements")
        }
        return byteCount
    }

    /// Returns the first byte and length of a view of a storage.
    private func view(
        _ index: Index, _ width: Int, _ byteCount: Int
    ) throws(FileError) -> (Int, Int)? {
        switch arena[index] {
        case .none: return nil
        case .tuple(let parts) where parts.count == 3:
            guard case .integer(let offset) = arena[parts[1]],
                case .integer(let count) = arena[parts[2]], offset >= 0, count >= 0,
                offset <= byteCount / width, count <= byteCount / width - offset
            else { fallthrough }
            return (offset * width, count * width)
        default: throw cursor.malformed("a view inside its storage", "another")
        }
    }

    private mutating func register(_ storage: PyTorchStorage) throws(FileError) {
        guard let known = storages.updateValue(storage, forKey: storage.name) else {
            return try arena.spend(4 * PickleArena.referenceCost)
        }
        guard known.recordByteCount == storage.recordByteCount else {
            throw cursor.malformed(
                "\(known.recordByteCount) bytes of storage \(storage.name)",
                "\(storage.recordByteCount)")
        }
    }

    /// Returns the tensor of `(storage, offset, shape, strides, requires_grad, hooks, [type,]
    /// [attributes])`; nil for an unknown kind of storage, type or attributes.
    mutating func tensor(_ parts: [Index], hasType: Bool) throws(FileError) -> Index? {
        guard parts.count >= 4 else {
            throw cursor.malformed("four parts of a tensor", "\(parts.count)")
        }
        guard case .storage(let storage) = arena[parts[0]] else {
            guard case .object = arena[parts[0]] else {
                throw cursor.malformed("the storage of a tensor", "something else")
            }
            return nil
        }
        var type = storage.type ?? .uint8
        if hasType {
            guard parts.count >= 7, case .global(let name) = arena[parts[6]],
                let stated = PyTorchStorage.elementType(of: name)
            else { return nil }
            type = stated
        }
        let place = hasType ? 7 : 6
        guard let isNegated = parts.count > place ? negation(parts[place], type) : false else {
            return nil
        }
        guard case .integer(let offset) = arena[parts[1]],
            let shape = integers(parts[2]), let strides = integers(parts[3])
        else { throw cursor.malformed("offset, shape and strides of a tensor", "something else") }
        let tensor: PyTorchTensor
        do throws(PyTorchTensor.Misfit) {
            tensor = try PyTorchTensor(
                type: type, shape: shape, strides: strides, offset: offset, storage: storage,
                isNegated: isNegated)
        } catch {
            throw cursor.malformed(error.expected, error.found)
        }
        return try arena.add(
            .tensor(tensor), payload: (4 + shape.count) * PickleArena.referenceCost)
    }

    /// Whether a tensor's attributes specify the negative of its elements (`torch._neg_view`, the
    /// imaginary part of a conjugate); nil for unknown attributes.
    private func negation(_ attributes: Index, _ type: StoredType) -> Bool? {
        switch arena[attributes] {
        case .none: return false
        case .dictionary(let entries):
            var isNegated = false
            for place in stride(from: 0, to: entries.count, by: 2) {
                guard case .string(let key) = arena[entries[place]],
                    case .bool(let value) = arena[entries[place + 1]]
                else { return nil }
                switch key {
                case "neg": isNegated = value
                // The conjugate of a real number is itself; complex ones are not read.
                case "conj" where !value: break
                default: return nil
                }
            }
            return isNegated && type == .bool ? nil : isNegated
        default: return nil
        }
    }

    /// Returns a short tuple or list of integers; nil for other values.
    private func integers(_ index: Index) -> [Int]? {
        switch arena[index] {
        case .tuple(let values), .list(let values):
            guard values.count <= PyTorchTensor.maximumRank else { return nil }
            let numbers = values.compactMap { value -> Int? in
                if case .integer(let number) = arena[value] { number } else { nil }
            }
            return numbers.count == values.count ? numbers : nil
        default: return nil
        }
    }
}
