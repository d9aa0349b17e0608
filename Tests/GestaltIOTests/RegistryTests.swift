import Dispatch
import GestaltIO
import Synchronization
import Testing

@Suite struct RegistryTests {
    @Test func entriesAreFoundByNameInTheOrderOfTheirRegistration() throws {
        let registry = Registry<Int>("number", ["two": 2])
        try registry.register(1, as: "one")
        #expect(registry["two"] == 2 && registry["one"] == 1 && registry["three"] == nil)
        #expect(try registry.entry(named: "one") == 1)
        #expect(registry.names == ["two", "one"] && registry.all == [2, 1])
    }

    @Test func aNameThatIsTakenIsRefusedAndItsEntryStays() throws {
        let registry = Registry<Int>("number", ["one": 1])
        let error = #expect(throws: RegistryError.self) { try registry.register(2, as: "one") }
        #expect(error == .duplicate(subject: "number", name: "one"))
        #expect(error?.description == "the number “one” is registered already")
        #expect(registry["one"] == 1 && registry.names == ["one"])
    }

    @Test func anUnknownNameListsTheKnownOnes() {
        let registry = Registry<Int>("kind of shape", ["circle": 0, "square": 4])
        let error = #expect(throws: RegistryError.self) { try registry.entry(named: "cube") }
        #expect(
            error
                == .unknown(subject: "kind of shape", name: "cube", known: ["circle", "square"]))
        #expect(error?.description == "no kind of shape “cube”; known: circle, square")
    }

    @Test func ofRegistrationsAtTheSameTimeEachNameIsTakenOnce() {
        let registry = Registry<Int>("number")
        let refused = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            do {
                try registry.register(index, as: "\(index % 16)")
            } catch {
                refused.withLock { $0 += 1 }
            }
        }
        #expect(registry.names.sorted() == (0..<16).map { "\($0)" }.sorted())
        #expect(refused.withLock { $0 } == 48)
        #expect(registry.all.allSatisfy { registry["\($0 % 16)"] == $0 })
    }
}
