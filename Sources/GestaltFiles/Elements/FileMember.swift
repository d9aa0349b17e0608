/// One entry of a file's listing: a tensor, or something that is not read.
public struct FileMember: Sendable, Equatable {
    public let name: String
    /// The type of the elements; the file's own name for types without an equivalent here.
    public let type: String
    /// Nil where the file does not specify it.
    public let shape: [Int]?
    /// Bytes of the elements; nil where the file does not specify them.
    public let byteCount: Int?
    /// The reason why it is not read ("strings"); nil for a readable tensor.
    public let problem: String?

    public var isReadable: Bool { problem == nil }

    public init(
        name: String, type: String, shape: [Int]?, byteCount: Int? = nil, problem: String? = nil
    ) {
        self.name = name
        self.type = type
        self.shape = shape
        self.byteCount = byteCount
        self.problem = problem
    }

    /// Returns the error for reading it as a tensor.
    func refusal(_ path: String) -> FileError {
        let size = shape.map { " \($0)" } ?? ""
        return .unsupported(
            path: path, tensor: name, expected: "numbers or truth values",
            found: "\(type)\(size): \(problem ?? "a tensor")")
    }
}
