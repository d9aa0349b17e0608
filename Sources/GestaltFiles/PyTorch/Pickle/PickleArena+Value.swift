import GestaltChecks

/// Conversion of nodes to values.
extension PickleArena {
    /// Returns the value of `root` with all below it. Each node becomes one value; shared nodes
    /// become values that share memory.
    ///
    /// A value inside itself becomes ``PickleValue/recursion`` there.
    ///
    /// - Throws: ``FileError`` when values are nested too deeply, or when sharing would make the
    ///   tree too large to traverse.
    ///   larger than a reader could walk through.
    func value(of root: Index, path: String) throws(FileError) -> PickleValue {
        var writer = PickleValueWriter(arena: self, path: path)
        return try writer.value(of: root)
    }

    /// Returns the nodes that a node refers to.
    fileprivate func children(_ index: Index) -> [Index] {
        switch self[index] {
        case .none, .bool, .integer, .bigInteger, .real, .string, .bytes, .global, .storage,
            .tensor:
            []
        case .list(let values), .tuple(let values), .dictionary(let values): values
        case .namespace(let state): state.map { [$0] } ?? []
        case .object(let object):
            [object.callee, object.arguments] + [object.keywords, object.state].compactMap(\.self)
                + object.items + object.entries
        }
    }
}

/// Converts nodes bottom-up, with an explicit stack, since the depth of a pickle is controlled by
/// its author.
private struct PickleValueWriter {
    typealias Index = PickleArena.Index

    let arena: PickleArena
    let path: String
    private var values: [PickleValue?]
    private var isOpen: [Bool]
    /// The number of containers on the longest path down.
    private var heights: [Int]
    /// The number of values below, counted each time they are reached.
    private var counts: [Int]

    private struct Level {
        let index: Index
        let children: [Index]
        var next = 0
    }

    init(arena: PickleArena, path: String) {
        self.arena = arena
        self.path = path
        values = Array(repeating: nil, count: arena.nodes.count)
        isOpen = Array(repeating: false, count: arena.nodes.count)
        heights = Array(repeating: 0, count: arena.nodes.count)
        counts = Array(repeating: 0, count: arena.nodes.count)
    }

    mutating func value(of root: Index) throws(FileError) -> PickleValue {
        var levels = [try open(root, depth: 0)]
        while var level = levels.popLast() {
            guard level.next < level.children.count else {
                try close(level)
                continue
            }
            let child = level.children[level.next]
            level.next += 1
            levels.append(level)
            if values[Int(child)] == nil, !isOpen[Int(child)] {
                levels.append(try open(child, depth: levels.count))
            }
        }
        return stored(root)
    }

    private mutating func open(_ index: Index, depth: Int) throws(FileError) -> Level {
        guard depth <= PickleLimits.nesting else { throw tooDeep }
        isOpen[Int(index)] = true
        return Level(index: index, children: arena.children(index))
    }

    private mutating func close(_ level: Level) throws(FileError) {
        var (height, count) = (0, 1)
        for child in level.children {
            height = max(height, heights[Int(child)] + 1)
            count += max(1, counts[Int(child)])
            guard count <= PickleLimits.expandedCount else {
                throw .tooLarge(
                    path: path, format: "pickle",
                    limit: "\(PickleLimits.expandedCount) values when shared ones are written out",
                    found: "more")
            }
        }
        guard height <= PickleLimits.nesting else { throw tooDeep }
        let index = Int(level.index)
        heights[index] = height
        counts[index] = count
        values[index] = made(arena.nodes[index])
        isOpen[index] = false
    }

    private var tooDeep: FileError {
        .tooLarge(
            path: path, format: "pickle", limit: "\(PickleLimits.nesting) levels of nesting",
            found: "more")
    }

    /// Returns a node's value; those below it are already converted.
    private func made(_ node: PickleArena.Node) -> PickleValue {
        switch node {
        case .none: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .bigInteger(let digits): .bigInteger(digits)
        case .real(let value): .real(value)
        case .string(let text): .string(text)
        case .bytes(let bytes): .bytes(bytes)
        case .list(let children): .list(children.map(stored))
        case .tuple(let children): .tuple(children.map(stored))
        case .dictionary(let children): .dictionary(entries(children))
        case .namespace(let state): state.map(stored) ?? .dictionary([])
        case .global(let name): .global(name)
        case .storage(let storage): .tensor(storage.whole)
        case .tensor(let tensor): .tensor(tensor)
        case .object(let object): .object(made(object))
        }
    }

    private func made(_ object: PickleArena.Object) -> PickleObject {
        PickleObject(
            callee: stored(object.callee),
            arguments: stored(object.arguments).elements ?? [],
            keywords: object.keywords.map(stored), state: object.state.map(stored),
            items: object.items.map(stored), entries: entries(object.entries))
    }

    private func entries(_ pairs: [Index]) -> [PickleValue.Entry] {
        stride(from: 0, to: pairs.count, by: 2).map {
            PickleValue.Entry(key: stored(pairs[$0]), value: stored(pairs[$0 + 1]))
        }
    }

    private func stored(_ index: Index) -> PickleValue {
        if let value = values[Int(index)] { return value }
        require(isOpen[Int(index)], "a value is written before those below it")
        return .recursion
    }
}

extension PyTorchStorage {
    /// A tensor of one axis over the whole storage.
    fileprivate var whole: PyTorchTensor {
        let type = type ?? .uint8
        do throws(PyTorchTensor.Misfit) {
            return try PyTorchTensor(
                type: type, shape: [byteCount / type.byteCount], strides: [1], offset: 0,
                storage: self)
        } catch {
            stop("a storage does not fit itself: \(error)")
        }
    }
}
