/// Pickles by hand, instruction by instruction.
enum Pickled {
    static let mark: [UInt8] = [0x28]
    static let none: [UInt8] = [0x4E]
    static let emptyList: [UInt8] = [0x5D]
    static let emptyTuple: [UInt8] = [0x29]
    static let emptyDictionary: [UInt8] = [0x7D]
    static let append: [UInt8] = [0x61]
    static let tuple1: [UInt8] = [0x85]
    static let tuple2: [UInt8] = [0x86]
    static let setItem: [UInt8] = [0x73]
    static let reduce: [UInt8] = [0x52]
    static let newObject: [UInt8] = [0x81]
    static let build: [UInt8] = [0x62]
    static let pop: [UInt8] = [0x30]
    static let duplicate: [UInt8] = [0x32]

    static func put(_ key: UInt32) -> [UInt8] { [0x72] + littleEndian(UInt64(key), 4) }
    static func get(_ key: UInt32) -> [UInt8] { [0x6A] + littleEndian(UInt64(key), 4) }

    static func text(_ text: String) -> [UInt8] {
        [0x58] + littleEndian(UInt64(text.utf8.count), 4) + Array(text.utf8)
    }

    static func integer(_ value: Int) -> [UInt8] {
        [0x8A, 8] + littleEndian(UInt64(bitPattern: Int64(value)), 8)
    }

    static func global(_ module: String, _ name: String) -> [UInt8] {
        Array("c\(module)\n\(name)\n".utf8)
    }

    static func tuple(_ parts: [[UInt8]]) -> [UInt8] { mark + parts.flatMap(\.self) + [0x74] }

    static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
        emptyDictionary + mark + entries.flatMap { text($0.0) + $0.1 } + [0x75]
    }

    static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
        global(module, name) + tuple(arguments) + reduce
    }

    static func storage(_ name: String, kind: String = "FloatStorage", count: Int) -> [UInt8] {
        tuple([
            text("storage"), global("torch", kind), text(name), text("cpu"), integer(count),
        ]) + [0x51]
    }

    static func tensor(
        _ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]
    ) -> [UInt8] {
        call(
            "torch._utils", "_rebuild_tensor_v2",
            [
                storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)),
                [0x89], call("collections", "OrderedDict", []),
            ])
    }

    /// A whole pickle: the protocol, `body`, the end.
    static func whole(_ body: [UInt8]) -> [UInt8] { [0x80, 2] + body + [0x2E] }
}

/// The lowest `width` bytes of a number, lowest first.
func littleEndian(_ value: UInt64, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
