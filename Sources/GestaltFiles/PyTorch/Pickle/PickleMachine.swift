import GestaltChecks

/// Builds the values of a pickle.
///
/// A pickle is a program for a stack machine. This machine has no functions: names stay names,
/// calls of the few functions that PyTorch needs for tensors and dictionaries are converted to
/// values by `PickleMachine+Calls`, and any other call is recorded as a value of its own.
struct PickleMachine {
    typealias Index = PickleArena.Index

    var cursor: PickleCursor
    var arena: PickleArena
    /// The storages referred to, by name.
    var storages: [String: PyTorchStorage] = [:]
    private var stack: [Index] = []
    private var marks: [Int] = []
    private var memo: [UInt32: Index] = [:]

    /// The content of a pickle.
    struct Outcome {
        let value: PickleValue
        let storages: [String: PyTorchStorage]
        /// The length of the pickle in bytes.
        let byteCount: Int
    }

    /// Returns the value of the pickle at the start of `bytes`.
    ///
    /// - Throws: ``FileError`` when it is broken, too large, or uses instructions that checkpoints
    ///   do not.
    static func run(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(FileError) -> Outcome {
        var machine = PickleMachine(
            cursor: PickleCursor(bytes, path: path), arena: PickleArena(path: path))
        let root = try machine.run()
        return Outcome(
            value: try machine.arena.value(of: root, path: path), storages: machine.storages,
            byteCount: machine.cursor.position)
    }

    private init(cursor: PickleCursor, arena: PickleArena) {
        self.cursor = cursor
        self.arena = arena
    }

    private mutating func run() throws(FileError) -> Index {
        while true {
            let code = try cursor.byte()
            guard let opcode = PickleOpcode(rawValue: code) else {
                throw .unsupported(
                    path: cursor.path, tensor: nil, expected: "the pickle instructions of PyTorch",
                    found: "\(hexadecimal([code])) before byte \(cursor.position) of the pickle")
            }
            if opcode == .stop { break }
            try perform(opcode)
        }
        guard stack.count == 1, marks.isEmpty else {
            throw cursor.malformed("one value at the end", "\(stack.count)")
        }
        return stack[0]
    }

    private mutating func perform(_ opcode: PickleOpcode) throws(FileError) {
        switch opcode {
        case .stop: break
        case .proto:
            let version = try cursor.byte()
            guard version <= 5 else { throw cursor.malformed("protocol 0 to 5", "\(version)") }
        case .frame:
            // Frames help readers of pipes; here only the length can be wrong.
            let count = try cursor.number(8)
            guard count <= UInt64(cursor.bytes.count - cursor.position) else {
                throw cursor.malformed("a frame inside the pickle", "\(count) bytes")
            }
        case .mark, .pop, .popMark, .duplicate, .put1, .put4, .memoize, .get1, .get4:
            try move(opcode)
        case .none, .newTrue, .newFalse, .integerLine, .longLine, .integer4, .integer1, .integer2,
            .long1, .long4, .real8:
            try push(number(opcode))
        case .string4, .string1, .unicode4, .unicode1, .unicode8, .bytes4, .bytes1, .bytes8,
            .byteArray8:
            try push(text(opcode))
        case .emptyList, .append, .appends, .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3,
            .emptyDictionary, .setItem, .setItems, .emptySet, .addItems, .frozenSet:
            try collect(opcode)
        case .global, .stackGlobal, .reduce, .build, .newObject, .newObjectWithKeywords,
            .persistentIdentifier:
            try construct(opcode)
        }
    }

    /// Executes instructions of stack, marks and memo.
    private mutating func move(_ opcode: PickleOpcode) throws(FileError) {
        switch opcode {
        case .mark:
            guard marks.count < PickleLimits.markCount else {
                throw cursor.tooLarge("\(PickleLimits.markCount) open marks", "more")
            }
            marks.append(stack.count)
        case .pop:
            // A mark without values above it may be the item to remove.
            if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
        case .popMark: _ = try popMark()
        case .duplicate: try push(top())
        case .put1: try remember(UInt32(cursor.number(1)))
        case .put4: try remember(UInt32(cursor.number(4)))
        case .memoize: try remember(UInt32(memo.count))
        case .get1: try push(recall(UInt32(cursor.number(1))))
        case .get4: try push(recall(UInt32(cursor.number(4))))
        default: stop("\(opcode) does not move values")
        }
    }

    private mutating func remember(_ key: UInt32) throws(FileError) {
        // Picklers count from zero, and each entry takes at least two bytes.
        guard key < cursor.bytes.count else {
            throw cursor.malformed("memo keys below \(cursor.bytes.count)", "\(key)")
        }
        let value = try top()
        if memo.updateValue(value, forKey: key) == nil {
            try arena.spend(PickleArena.referenceCost)
        }
    }

    private func recall(_ key: UInt32) throws(FileError) -> Index {
        guard let value = memo[key] else {
            throw cursor.malformed("memo keys that were stored", "\(key)")
        }
        return value
    }

    mutating func push(_ index: Index) throws(FileError) {
        guard stack.count < PickleLimits.stackDepth else {
            throw cursor.tooLarge("\(PickleLimits.stackDepth) values on the stack", "more")
        }
        stack.append(index)
    }

    func top() throws(FileError) -> Index {
        guard stack.count > marks.last ?? 0, let value = stack.last else {
            throw cursor.malformed("a value on the stack", "none")
        }
        return value
    }

    mutating func pop() throws(FileError) -> Index {
        let value = try top()
        stack.removeLast()
        return value
    }

    /// Removes the last mark and returns the values above it.
    mutating func popMark() throws(FileError) -> [Index] {
        guard let mark = marks.popLast() else { throw cursor.malformed("a mark", "none") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }
}
