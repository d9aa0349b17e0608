import Foundation

/// The running program, which another package may have built with commands and kinds of its own.
enum Program {
    /// The name in usages and messages: that of the executable, as it was called.
    static let name: String = {
        let name = CommandLine.arguments.first.map { URL(filePath: $0).lastPathComponent } ?? ""
        return name.isEmpty ? "gestalt" : name
    }()
}
