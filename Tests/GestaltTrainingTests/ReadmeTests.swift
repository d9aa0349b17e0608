import Foundation
import GestaltNN
import GestaltTensor
import Testing

/// The example of the module's page.
@Suite struct ReadmeTests {
    @Test func theExampleLearns() throws {
        let x = SignTask().batches.batch(at: 1_000_000)
        let loss = try SignTask().loss(of: trainedNetwork(), on: x, .inference).loss.scalar
        // ln 2 is the loss of guessing.
        #expect(loss < 0.1, "\(loss)")
    }

    @Test func theReadmeHasThisExample() throws {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let source = try String(
            contentsOf: here.appending(path: "ReadmeExample.swift"), encoding: .utf8)
        let begin = try #require(source.range(of: "import "))
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(
            contentsOf: root.appending(path: "Sources/GestaltTraining/README.md"), encoding: .utf8)
        #expect(readme.contains(source[begin.lowerBound...]))
    }
}
