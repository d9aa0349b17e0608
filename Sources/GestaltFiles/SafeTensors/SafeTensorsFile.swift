import GestaltIO
import GestaltTensor

/// An open safetensors file. It is mapped into memory: opening reads only the header; a tensor's
/// bytes are read on request.
public final class SafeTensorsFile: Sendable {
    /// A tensor's description in the header.
    public struct Information: Sendable, Equatable {
        public let type: StoredType
        public let shape: [Int]
        public let byteCount: Int
    }

    public let path: String
    /// Names of the tensors that can be read, in the order of their bytes in the file.
    public let names: [String]
    /// All tensors in the same order, including those of unknown element types.
    public let members: [FileMember]
    /// The metadata strings of the file.
    public let metadata: [String: String]
    private let content: FileContent
    private let places: [String: (information: Information, range: Range<Int>)]
    private let unreadable: [String: FileMember]

    /// Opens a file and checks its header: the bytes of every tensor lie inside the file, fit its
    /// shape, and neither overlap nor leave gaps.
    ///
    /// - Throws: ``FileError`` when the file cannot be read or breaks a rule.
    public convenience init(contentsOf path: String) throws(FileError) {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        try self.init(.file(file), path: path)
    }

    /// Opens a file in memory; errors call it `name`.
    public convenience init(bytes: [UInt8], name: String = "safetensors data") throws(FileError) {
        try self.init(.memory(bytes), path: name)
    }

    init(_ content: FileContent, path: String) throws(FileError) {
        self.path = path
        self.content = content
        let header = try content.withBytes { (bytes) throws(FileError) in
            try SafeTensorsHeader(bytes, path: path)
        }
        metadata = header.metadata
        members = header.entries.map {
            FileMember(
                name: $0.name, type: $0.type?.description ?? $0.code, shape: $0.shape,
                byteCount: $0.range.count,
                problem: $0.type == nil ? "an element type that is not read" : nil)
        }
        names = members.filter(\.isReadable).map(\.name)
        unreadable = Dictionary(
            members.filter { !$0.isReadable }.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first })
        var places: [String: (information: Information, range: Range<Int>)] = [:]
        for entry in header.entries {
            guard let type = entry.type else { continue }
            let start = header.dataStart + entry.range.lowerBound
            places[entry.name] = (
                Information(type: type, shape: entry.shape, byteCount: entry.range.count),
                start..<(start + entry.range.count)
            )
        }
        self.places = places
    }

    /// Whether the file holds a readable tensor of this name.
    public func contains(_ name: String) -> Bool { places[name] != nil }

    /// Returns type and shape of a tensor.
    ///
    /// - Throws: ``FileError`` when there is none of this name, or it is of a type that is not
    ///   read.
    public func info(_ name: String) throws(FileError) -> Information {
        try place(name).information
    }

    /// Reads a tensor, its elements converted to `Scalar` as described in ``StoredScalar``.
    ///
    /// - Throws: ``FileError`` when there is none of this name, when its values do not fit
    ///   `Scalar`, or when it has more axes than a tensor supports.
    public func tensor<Scalar: StoredScalar>(
        _ name: String, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(name) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: name)
        }
    }

    /// Reads a tensor in the narrowest element type that holds its values.
    public func anyTensor(_ name: String) throws(FileError) -> AnyTensor {
        try withElements(name) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: name)
        }
    }

    private func withElements<Result>(
        _ name: String, _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let (information, range) = try place(name)
        return try content.withBytes { (bytes) throws(FileError) in
            try body(
                StoredElements(
                    type: information.type, shape: information.shape,
                    bytes: UnsafeRawBufferPointer(rebasing: bytes[range])))
        }
    }

    private func place(
        _ name: String
    ) throws(FileError) -> (information: Information, range: Range<Int>) {
        if let member = unreadable[name] { throw member.refusal(path) }
        guard let place = places[name] else {
            throw .missing(path: path, tensor: name, available: names.sorted())
        }
        return place
    }
}
