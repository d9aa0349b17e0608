import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Pickles made to harm whoever reads them.
@Suite(.timeLimit(.minutes(1))) struct HostilePickleTests {
    private static func open(
        _ body: [UInt8], storages: [(name: String, bytes: [UInt8])] = []
    ) throws -> PyTorchFile {
        try PyTorchFile(
            bytes:
                ZipBuilder.checkpoint(Pickled.whole(body), storages: storages).bytes, name: "h.pt")
    }

    /// The error of a pickle, which must hold `words`.
    private static func refuses(
        _ body: [UInt8], _ words: String, storages: [(name: String, bytes: [UInt8])] = [],
        _ location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: FileError.self, sourceLocation: location) {
            try open(body, storages: storages)
        }
        let text = error?.description ?? "none"
        #expect(text.contains(words) && text.contains("h.pt"), "\(text)", sourceLocation: location)
    }

    @Test func callsAreNotMade() throws {
        let mark = FileManager.default.temporaryDirectory.appending(
            component: "gestalt-\(UUID().uuidString)")
        let command = "touch '\(mark.path)'"
        for (module, name) in [("os", "system"), ("posix", "system"), ("builtins", "eval")] {
            let root = try Self.open(Pickled.call(module, name, [Pickled.text(command)])).root
            guard case .object(let object) = root else {
                Issue.record("\(root)")
                continue
            }
            #expect(object.name == "\(module).\(name)" && object.arguments == [.string(command)])
        }
        #expect(!FileManager.default.fileExists(atPath: mark.path))
    }

    @Test func resultsOfCallsStayRecords() throws {
        let inner = Pickled.call("builtins", "getattr", [Pickled.text("x")])
        let body =
            inner + Pickled.emptyTuple + Pickled.reduce + Pickled.dictionary([("a", Pickled.none)])
            + Pickled.build + Pickled.integer(7) + Pickled.append
        guard case .object(let object) = try Self.open(body).root else {
            Issue.record("no object")
            return
        }
        #expect(object.name == "" && object.items == [.integer(7)])
        #expect(object.state?["a"] == PickleValue.null)
    }

    /// What contains itself ends there; the rest is read.
    @Test func selfReferences() throws {
        let list = Pickled.emptyList + Pickled.put(0) + Pickled.get(0) + Pickled.append
        let dictionary =
            Pickled.emptyDictionary + Pickled.put(0) + Pickled.text("self") + Pickled.get(0)
            + Pickled.setItem
        let through =
            Pickled.emptyList + Pickled.put(0) + Pickled.get(0) + Pickled.tuple1 + Pickled.append
        let object =
            Pickled.call("a", "B", []) + Pickled.put(0) + Pickled.get(0) + Pickled.build
        #expect(try Self.open(list).root == .list([.recursion]))
        #expect(try Self.open(dictionary).root["self"] == .recursion)
        #expect(try Self.open(through).root == .list([.tuple([.recursion])]))
        guard case .object(let made) = try Self.open(object).root else {
            Issue.record("no object")
            return
        }
        #expect(made.state == .recursion)
        let tensor = Pickled.tensor(Pickled.storage("0", count: 1), shape: [1], strides: [1])
        let mixed =
            Pickled.emptyDictionary + Pickled.put(0) + Pickled.text("self") + Pickled.get(0)
            + Pickled.setItem + Pickled.text("w") + tensor + Pickled.setItem
        let file = try Self.open(mixed, storages: [("0", storageBytes([3]))])
        #expect(try file.names == ["w"] && file.tensor("w", as: Float.self).scalars == [3])
    }

    /// Ten references to a list of ten references to …: 10³⁰ values.
    @Test func sharedListsDoNotExplode() {
        var body = Pickled.emptyList + Pickled.put(0) + Pickled.pop
        for level in 1...30 {
            body += Pickled.emptyList + Pickled.mark
            for _ in 0..<10 { body += Pickled.get(UInt32(level - 1)) }
            body += [0x65] + Pickled.put(UInt32(level)) + Pickled.pop
        }
        Self.refuses(body + Pickled.get(30), "shared ones are written out")
    }

    @Test func sharingAlone() throws {
        var body = Pickled.emptyList + Pickled.put(0) + Pickled.pop + Pickled.mark
        for _ in 0..<1000 { body += Pickled.get(0) }
        let root = try Self.open(body + [0x74]).root
        #expect(root.elements == Array(repeating: .list([]), count: 1000))
    }

    /// Copies that a call of a known function would make of one long value.
    @Test(.tags(.slow)) func repeatedConversionsAreCounted() {
        let text = Pickled.text(String(repeating: "x", count: 1 << 20)) + Pickled.put(0)
        var body = text + Pickled.pop
        let encode =
            Pickled.global("_codecs", "encode") + Pickled.get(0) + Pickled.text("latin1")
            + Pickled.tuple2 + Pickled.reduce
        for _ in 0..<1000 { body += encode + Pickled.pop }
        Self.refuses(body + Pickled.none, "too large")
    }

    @Test(.tags(.slow), arguments: [1000, 4000, 300_000]) func deepNesting(levels: Int) {
        let tuples = Pickled.none + (0..<levels).flatMap { _ in Pickled.tuple1 }
        Self.refuses(tuples, "levels of nesting")
        let marks = (0..<levels).flatMap { _ in Pickled.mark }
        Self.refuses(marks, levels > 4096 ? "open marks" : "one value at the end")
    }

    @Test(.tags(.slow)) func endlessNumbers() {
        Self.refuses(
            [0x8B] + littleEndian(1 << 20, 4) + [UInt8](repeating: 1, count: 1 << 20), "integers")
        Self.refuses([0x8B] + littleEndian(0xFFFF_FFFF, 4), "integers")
        let digits = [UInt8](repeating: 0x39, count: 1 << 20)
        Self.refuses([0x4C] + digits + Array("L\n".utf8), "end of line")
        Self.refuses([0x49] + Array("12x\n".utf8), "an integer")
    }

    @Test func falseMemo() {
        Self.refuses(Pickled.none + Pickled.put(.max), "memo keys")
        Self.refuses(Pickled.get(3), "memo keys that were stored")
        Self.refuses(Pickled.put(0), "a value on the stack")
    }

    @Test func falseInstructions() {
        Self.refuses([0x82, 1], "instructions")
        Self.refuses([0x97], "instructions")
        Self.refuses([0x80, 6], "protocol")
        Self.refuses([0x95] + littleEndian(.max, 8), "a frame")
        Self.refuses([0x61], "a value on the stack")
        Self.refuses([0x74], "a mark")
        Self.refuses(Pickled.none + Pickled.none, "one value at the end")
        Self.refuses(Pickled.none + Pickled.none + Pickled.append, "a list to append to")
        Self.refuses(Pickled.none + Pickled.emptyTuple + Pickled.reduce, "a class or a function")
        Self.refuses(Pickled.none + Pickled.none + Pickled.build, "attributes")
        Self.refuses([0x58] + littleEndian(2, 4) + [0xC3, 0x28], "UTF-8")
        Self.refuses([0x8D] + littleEndian(1 << 62, 8), "more bytes")
        Self.refuses(Pickled.text("module") + [0x51], "'storage'")
    }

    @Test func truncated() {
        let body = Pickled.whole(Pickled.dictionary([("a", Pickled.integer(1))]))
        for count in 0..<body.count {
            let file = ZipBuilder.checkpoint(Array(body[..<count])).bytes
            #expect(throws: FileError.self) { try PyTorchFile(bytes: file) }
        }
        let trailing = ZipBuilder.checkpoint(body + [0]).bytes
        #expect(throws: FileError.self) { try PyTorchFile(bytes: trailing) }
    }

    @Test(.tags(.slow)) func manyValuesAreBounded() {
        Self.refuses([UInt8](repeating: 0x5D, count: 8 << 20), "too large")
        Self.refuses([UInt8](repeating: 0x4E, count: 8 << 20), "on the stack")
    }
}
