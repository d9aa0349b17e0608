import Foundation

/// A fresh folder for one test, removed with everything in it when the last reference goes.
public final class TemporaryFolder {
    public let path: String

    public init() {
        let folder = FileManager.default.temporaryDirectory
            .appending(component: "gestalt-test-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true)
        } catch {
            preconditionFailure("no temporary folder: \(error)")
        }
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` inside.
    public func path(_ name: String) -> String { path + "/" + name }

    /// Names of everything inside, sorted.
    public var names: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
    }

    /// Writes `bytes` as file `name` and returns its path.
    public func write(_ bytes: [UInt8], as name: String) -> String {
        let path = path(name)
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            preconditionFailure("cannot write \(path)")
        }
        return path
    }

    /// The bytes of file `name`.
    public func bytes(of name: String) -> [UInt8] {
        [UInt8](FileManager.default.contents(atPath: path(name)) ?? Data())
    }
}
