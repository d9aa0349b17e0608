import GestaltChecks

/// Numbers, texts and containers.
extension PickleMachine {
    mutating func number(_ opcode: PickleOpcode) throws(FileError) -> Index {
        switch opcode {
        case .none: return PickleArena.none
        case .newTrue: return PickleArena.yes
        case .newFalse: return PickleArena.no
        case .integer1, .integer2:
            return try arena.add(.integer(Int(cursor.number(opcode == .integer1 ? 1 : 2))))
        case .integer4:
            return try arena.add(.integer(Int(Int32(truncatingIfNeeded: cursor.number(4)))))
        case .real8:
            return try arena.add(.real(Double(bitPattern: cursor.number(8).byteSwapped)))
        case .long1, .long4:
            let count = try cursor.number(opcode == .long1 ? 1 : 4)
            guard count <= PickleLimits.integerByteCount else {
                throw cursor.tooLarge(
                    "integers of \(PickleLimits.integerByteCount) bytes", "\(count)")
            }
            return try add(PickleInteger(Array(cursor.take(count))))
        case .integerLine, .longLine:
            var line = try cursor.line()
            // Protocol 1 encodes False and True as 00 and 01.
            if opcode == .integerLine && line == "00" { return PickleArena.no }
            if opcode == .integerLine && line == "01" { return PickleArena.yes }
            if opcode == .longLine && line.hasSuffix("L") { line.removeLast() }
            guard let integer = PickleInteger(line) else {
                throw cursor.malformed("an integer", line)
            }
            return try add(integer)
        default: stop("\(opcode) is no number")
        }
    }

    private mutating func add(_ integer: PickleInteger) throws(FileError) -> Index {
        switch integer {
        case .small(let value): try arena.add(.integer(value))
        case .big(let digits): try arena.add(.bigInteger(digits), payload: digits.utf8.count)
        }
    }

    mutating func text(_ opcode: PickleOpcode) throws(FileError) -> Index {
        let width =
            switch opcode {
            case .string1, .unicode1, .bytes1: 1
            case .unicode8, .bytes8, .byteArray8: 8
            default: 4
            }
        let count = try cursor.number(width)
        switch opcode {
        case .unicode1, .unicode4, .unicode8:
            return try arena.add(.string(cursor.text(count)), payload: Int(count))
        case .string1, .string4:
            // Python 2 encoded text and bytes alike.
            let raw = try cursor.take(count)
            guard let text = String(validating: raw, as: UTF8.self) else {
                return try arena.add(.bytes(Array(raw)), payload: raw.count)
            }
            return try arena.add(.string(text), payload: raw.count)
        default:
            return try arena.add(.bytes(Array(cursor.take(count))), payload: Int(count))
        }
    }

    mutating func collect(_ opcode: PickleOpcode) throws(FileError) {
        switch opcode {
        case .emptyList: try push(arena.add(.list([])))
        case .emptyDictionary: try push(arena.add(.dictionary([])))
        case .emptyTuple: try push(PickleArena.emptyTuple)
        case .tuple: try push(arena.add(popMark()) { .tuple($0) })
        case .tuple1, .tuple2, .tuple3:
            var values: [Index] = []
            for _ in 0..<(opcode.rawValue - PickleOpcode.tuple1.rawValue + 1) {
                values.insert(try pop(), at: 0)
            }
            try push(arena.add(values) { .tuple($0) })
        case .append: try append([pop()])
        case .appends, .addItems: try append(popMark())
        case .setItem:
            let value = try pop()
            try store([pop(), value])
        case .setItems: try store(popMark())
        case .emptySet: try push(set("set", []))
        case .frozenSet: try push(set("frozenset", popMark()))
        default: stop("\(opcode) makes no container")
        }
    }

    /// Returns a set, as an object with its elements as items.
    private mutating func set(_ name: String, _ items: [Index]) throws(FileError) -> Index {
        let callee = try arena.add(.global(PickleGlobal(module: "builtins", name: name)))
        return try arena.add(items) {
            .object(
                PickleArena.Object(
                    callee: callee, arguments: PickleArena.emptyTuple, items: $0))
        }
    }

    /// Appends to the list, or the list-like object, on top of the stack.
    private mutating func append(_ values: [Index]) throws(FileError) {
        try arena.spend(values.count * PickleArena.referenceCost)
        let isDone = arena.update(try top()) { node in
            switch node {
            case .list(var items):
                node = .none
                items += values
                node = .list(items)
            case .object(var object):
                node = .none
                object.items += values
                node = .object(object)
            default: return false
            }
            return true
        }
        guard isDone else { throw cursor.malformed("a list to append to", "something else") }
    }

    /// Stores keys and values in the dictionary, or the dictionary-like object, on top.
    private mutating func store(_ pairs: [Index]) throws(FileError) {
        guard pairs.count.isMultiple(of: 2) else {
            throw cursor.malformed("as many values as keys", "\(pairs.count) in all")
        }
        try arena.spend(pairs.count * PickleArena.referenceCost)
        let isDone = arena.update(try top()) { node in
            switch node {
            case .dictionary(var entries):
                node = .none
                entries += pairs
                node = .dictionary(entries)
            case .object(var object):
                node = .none
                object.entries += pairs
                node = .object(object)
            default: return false
            }
            return true
        }
        guard isDone else { throw cursor.malformed("a dictionary to store in", "something else") }
    }
}
