import GestaltChecks
import GestaltIO
import GestaltTensor

/// NumPy's format for several named arrays: npy files in a zip archive.
public enum NPZ {

    /// Writes arrays of one element type.
    public static func write<Scalar: StoredScalar>(
        _ arrays: [NamedTensor<Scalar>], compressed: Bool = false,
        to path: String
    ) throws(FileError) {
        try write(
            arrays.map { (name: $0.name, tensor: AnyTensor($0.tensor)) }, compressed: compressed,
            to: path)
    }

    /// Writes arrays in the given order; equal arrays yield equal bytes.
    ///
    /// - Precondition: no name occurs twice; no elements are `BFloat16`, which NumPy does not
    ///   support.
    /// - Throws: ``FileError`` when the file cannot be written; no partial file remains.
    public static func write(
        _ arrays: [(name: String, tensor: AnyTensor)], compressed: Bool = false, to path: String
    ) throws(FileError) {
        require(
            Set(arrays.map(\.name)).count == arrays.count,
            "NPZ.write: a name occurs twice in \(arrays.map(\.name))")
        let entries = arrays.map { (name: $0.name + ".npy", bytes: NPY.encode($0.tensor)) }
        let bytes: [UInt8]
        do throws(ZipWriter.Failure) {
            bytes = try ZipWriter.archive(entries, deflated: compressed)
        } catch {
            throw .inaccessible(path: path, action: "make the archive", reason: error.reason)
        }
        try translatingFailures { () throws(FileFailure) in
            try AtomicFile.write(bytes, to: path)
        }
    }
}

/// An open npz archive. Arrays are decompressed on request; not thread-safe.
public final class NPZFile {
    public var path: String { archive.path }
    /// Names of the arrays that can be read, in the order of the archive.
    public let names: [String]
    /// Everything in the archive: arrays, arrays that cannot be read, and other files.
    public let members: [FileMember]
    private let archive: ZipReader
    private let entries: [String: ZipReader.Entry]
    private let listed: [String: FileMember]
    /// The type of entries that are not arrays.
    private static let foreign = "file"

    /// Opens an archive and reads its directory.
    ///
    /// - Throws: ``FileError`` when the file cannot be read or is not a consistent archive.
    public convenience init(contentsOf path: String) throws(FileError) {
        let file = try translatingFailures { () throws(FileFailure) in try MappedFile(path: path) }
        try self.init(
            file.withBytes { (bytes) throws(FileError) in try ZipReader(bytes, path: path) })
    }

    /// Opens an archive in memory; errors call it `name`.
    public convenience init(bytes: [UInt8], name: String = "npz data") throws(FileError) {
        try self.init(
            bytes.withUnsafeBufferPointer { (buffer) throws(FileError) in
                try ZipReader(UnsafeRawBufferPointer(buffer), path: name)
            })
    }

    init(_ archive: ZipReader) throws(FileError) {
        self.archive = archive
        var members: [FileMember] = []
        var entries: [String: ZipReader.Entry] = [:]
        var listed: [String: FileMember] = [:]
        for entry in archive.entries {
            let name = entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
            let member = Self.member(entry, name, archive)
            members.append(member)
            // An array takes precedence over another file of its name.
            if member.type != Self.foreign || entries[name] == nil {
                entries[name] = entry
                listed[name] = member
            }
        }
        self.members = members
        self.entries = entries
        self.listed = listed
        names = members.filter(\.isReadable).map(\.name)
    }

    /// Reads the header of an entry's array from the entry's start.
    private static func member(
        _ entry: ZipReader.Entry, _ name: String, _ archive: ZipReader
    ) -> FileMember {
        func unreadable(_ type: String, _ problem: String) -> FileMember {
            FileMember(
                name: name, type: type, shape: nil, byteCount: entry.byteCount, problem: problem)
        }
        guard entry.name.hasSuffix(".npy") else {
            return unreadable(foreign, "no npy data")
        }
        if let problem = entry.problem { return unreadable("npy", problem) }
        do throws(FileError) {
            let front = try archive.front(of: entry, byteCount: NPYHeader.maximumByteCount + 12)
            return try front.withUnsafeBufferPointer { (buffer) throws(FileError) in
                try NPYHeader(UnsafeRawBufferPointer(buffer), path: archive.path, name: name)
            }.member(name)
        } catch {
            return unreadable("npy", error.description)
        }
    }

    /// Whether the archive holds an array of this name that can be read.
    public func contains(_ name: String) -> Bool {
        listed[name]?.isReadable == true
    }

    /// Returns type and shape of an array.
    public func info(_ name: String) throws(FileError) -> (type: StoredType, shape: [Int]) {
        try withElements(name) { (elements) throws(FileError) in (elements.type, elements.shape) }
    }

    /// Reads an array, its elements converted to `Scalar` as described in ``StoredScalar``.
    ///
    /// - Throws: ``FileError`` when there is none of this name, when its data are broken, or when
    ///   its values do not fit `Scalar`.
    public func tensor<Scalar: StoredScalar>(
        _ name: String, as scalar: Scalar.Type = Scalar.self
    ) throws(FileError) -> Tensor<Scalar> {
        try withElements(name) { (elements) throws(FileError) in
            try elements.tensor(as: Scalar.self, path: path, name: name)
        }
    }

    /// Reads an array in the narrowest element type that holds its values.
    public func anyTensor(_ name: String) throws(FileError) -> AnyTensor {
        try withElements(name) { (elements) throws(FileError) in
            try elements.anyTensor(path: path, name: name)
        }
    }

    private func withElements<Result>(
        _ name: String, _ body: (StoredElements) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        guard let entry = entries[name] else {
            throw .missing(path: path, tensor: name, available: names.sorted())
        }
        // Broken arrays are read, so that their own error is thrown.
        if let member = listed[name], !member.isReadable,
            member.shape != nil || member.type == Self.foreign || entry.problem != nil
        {
            throw member.refusal(path)
        }
        return try NPY.withElements(try archive.bytes(of: entry), path: path, name: name, body)
    }
}
