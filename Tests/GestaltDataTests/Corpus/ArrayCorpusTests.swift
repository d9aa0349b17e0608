import Foundation
import GestaltFiles
import GestaltTensor
import TestSupport
import Testing

/// Our arrays against NumPy's.
@Suite(
    .tags(.peer), .enabled(if: OutsideFiles.corpus.isThere, "\(OutsideFiles.corpus.message)"),
    .timeLimit(.minutes(10)))
struct ArrayCorpusTests {
    @Test("arrays are those that NumPy reads, to the bit") func arrays() throws {
        var tally = CorpusTally()
        for file in try Corpus.open().files where file.isArray {
            let members = Self.members(of: try file.absolutePath)
            for (name, theirs) in file.arrays ?? [:] {
                compare(members[name], theirs, "\(file.path) \(name)", &tally)
            }
            if file.arrays == nil {
                let isRead = members.values.contains { (try? $0.get()) != nil }
                tally.one(
                    "no array to NumPy", path: file.path,
                    refusal: isRead ? nil : Corpus.Missing(), theirs: false)
            }
        }
        print(tally.summary)
        #expect(tally.differences.isEmpty, "\(tally.differences.joined(separator: "\n"))")
        #expect(tally.readByBoth >= 300)
    }

    /// All arrays of a file; none of one that cannot be opened.
    private static func members(of path: String) -> [String: Result<AnyTensor, FileError>] {
        if path.hasSuffix(".npy") {
            return ["": Result { () throws(FileError) in try NPY.readAny(path) }]
        }
        guard let archive = try? NPZFile(contentsOf: path) else { return [:] }
        var members: [String: Result<AnyTensor, FileError>] = [:]
        for name in archive.names {
            members[name] = Result { () throws(FileError) in try archive.anyTensor(name) }
        }
        return members
    }

    private func compare(
        _ ours: Result<AnyTensor, FileError>?, _ theirs: Corpus.Member, _ path: String,
        _ tally: inout CorpusTally
    ) {
        let kind = theirs.dtype ?? "object"
        guard theirs.error == nil, let ours = try? ours?.get() else {
            let error: (any Error)? = ours.map { refusal(of: $0) } ?? Corpus.Missing()
            return tally.one(kind, path: path, refusal: error, theirs: theirs.error == nil)
        }
        guard let values = theirs.values, let bytes = try? values.bytes else {
            return tally.both(kind, path: path, difference: nil, bound: 0)
        }
        guard ours.shape.dimensions == values.shape, "\(ours.elementType)" == values.type else {
            return tally.differs(
                kind, path: path, "\(ours.elementType) \(ours.shape), not \(values)")
        }
        tally.both(
            kind, path: path, difference: Self.bytes(of: ours) == bytes ? 0 : 1, bound: 0)
    }

    private static func bytes(of tensor: AnyTensor) -> Data {
        func bytes<Scalar>(_ tensor: Tensor<Scalar>) -> Data {
            tensor.withScalars { Data(UnsafeRawBufferPointer($0)) }
        }
        return switch tensor {
        case .float32(let tensor): bytes(tensor)
        case .float64(let tensor): bytes(tensor)
        case .float16(let tensor): bytes(tensor)
        case .bfloat16(let tensor): bytes(tensor)
        case .int32(let tensor): bytes(tensor)
        case .int64(let tensor): bytes(tensor)
        case .uint8(let tensor): bytes(tensor)
        case .bool(let tensor): bytes(tensor)
        }
    }
}
