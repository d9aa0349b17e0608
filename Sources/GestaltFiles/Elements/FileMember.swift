/// One entry of a file as a listing shows it: a tensor, or something that is not read.
public struct FileMember: Sendable, Equatable {
    public let name: String
    /// The type of the elements, in the file's own words where nothing here has that type.
    public let type: String
    /// Nil where the file does not say.
    public let shape: [Int]?
    /// Bytes of the elements; nil where the file does not say.
    public let byteCount: Int?
    /// Why it is not read ("strings"); nil for a tensor that is.
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

    /// What asking for it as a tensor throws.
    func refusal(_ path: String) -> FileError {
        let size = shape.map { " \($0)" } ?? ""
        return .unsupported(
            path: path, tensor: name, expected: "numbers or truth values",
            found: "\(type)\(size): \(problem ?? "a tensor")")
    }
}
