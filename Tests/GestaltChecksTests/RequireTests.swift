import GestaltChecks
import Testing

@Suite struct RequireTests {
    /// A broken requirement prints its message, in release too.
    @Test func message() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let shapes = ([2, 3], [4, 5])
            require(shapes.0[1] == shapes.1[0], "matmul: \(shapes.0) × \(shapes.1)")
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("matmul: [2, 3] × [4, 5]"))
        #expect(text.contains("RequireTests.swift"))
    }

    @Test func aRequirementThatHoldsBuildsNoMessage() {
        var built = 0
        func message() -> String {
            built += 1
            return "built"
        }
        require(Bool(true), message())
        #expect(built == 0)
    }
}
