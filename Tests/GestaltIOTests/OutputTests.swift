import Foundation
import GestaltIO
import TestSupport
import Testing

/// Results are checked before the work that makes them.
@Suite struct OutputTests {
    @Test(arguments: ["new.npy", "a/b/new.npy", "there.npy", "./x.npy", "a//b.npy"])
    func aFileThatCanBeWrittenPassesAndNothingIsMade(name: String) throws {
        let folder = TemporaryFolder()
        _ = try folder.write([1], as: "there.npy")
        try OutputFile.check(folder.path(name))
        #expect(folder.names == ["there.npy"])
        try OutputFile.makeFolder(of: folder.path(name))
        try AtomicFile.write([2], to: folder.path(name))
    }

    @Test(arguments: [
        ("there.npy/x.npy", "there.npy: cannot create: it is not a folder"),
        ("sub", "it is a folder"), ("sub/", "is a folder"), ("new/", "not the name of a file"),
        ("link/x.npy", "link"), ("there.npy/a/b/x.npy", "there.npy"),
    ])
    func whatIsInTheWayIsNamed(name: String, expected: String) throws {
        let folder = TemporaryFolder()
        _ = try folder.write([1], as: "there.npy")
        try OutputFolder.make(folder.path("sub"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link"), withDestinationPath: folder.path("nowhere"))
        let error = #expect(throws: FileFailure.self) { try OutputFile.check(folder.path(name)) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test(arguments: ["/dev/null", ""])
    func placesOfTheSystemAreRefused(path: String) {
        #expect(throws: FileFailure.self) { try OutputFile.check(path) }
    }
}
