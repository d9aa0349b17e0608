/// A reference to a tensor of a checkpoint: its type, and its view of a storage. Several tensors
/// may share a storage.
public struct PyTorchTensor: Sendable, Equatable {
    public let type: StoredType
    public let shape: [Int]
    /// Elements of the storage from one index of an axis to the next.
    public let strides: [Int]
    /// The index of the first element in the storage.
    public let offset: Int
    let storage: PyTorchStorage
    /// Whether the elements are the negatives of the storage's.
    public let isNegated: Bool

    /// The checkpoint's name of the storage.
    public var storageName: String { storage.name }
    public let elementCount: Int
    /// Bytes of the elements, repeated ones counted each time.
    public var byteCount: Int { elementCount * type.byteCount }

    /// An error in a layout.
    struct Misfit: Error {
        let expected: String
        let found: String
    }

    /// The maximum rank in PyTorch.
    static let maximumRank = 64
    /// The limit of expanded views, which repeat elements: this many bytes, or a multiple of the
    /// storage's size, whichever is more.
    static let expandedByteCount = 256 << 20
    static let expansion = 16

    /// - Throws: ``Misfit`` unless every element lies inside the storage.
    init(
        type: StoredType, shape: [Int], strides: [Int], offset: Int, storage: PyTorchStorage,
        isNegated: Bool = false
    ) throws(Misfit) {
        guard shape.count == strides.count, shape.count <= Self.maximumRank else {
            throw Misfit(
                expected: "as many strides as lengths, at most \(Self.maximumRank)",
                found: "\(strides.count) and \(shape.count)")
        }
        guard (shape + strides + [offset]).allSatisfy({ $0 >= 0 }) else {
            throw Misfit(
                expected: "no negative number in a tensor's layout",
                found: "shape \(shape), strides \(strides), offset \(offset)")
        }
        let isEmpty = shape.contains(0)
        guard let byteCount = isEmpty ? 0 : type.byteCount(of: shape),
            let end = isEmpty ? 0 : Self.end(shape, strides, offset, type)
        else { throw Misfit(expected: "sizes of less than 2⁶³ bytes", found: "shape \(shape)") }
        guard end <= storage.byteCount else {
            throw Misfit(
                expected: "elements inside storage \(storage.name) of \(storage.byteCount) bytes",
                found: "shape \(shape), strides \(strides) and offset \(offset) of \(type)")
        }
        let (most, overflows) = storage.byteCount.multipliedReportingOverflow(by: Self.expansion)
        guard overflows || byteCount <= max(Self.expandedByteCount, most) else {
            throw Misfit(
                expected: "at most \(max(Self.expandedByteCount, most)) bytes",
                found: "\(byteCount) from \(storage.byteCount)")
        }
        self.type = type
        self.shape = shape
        self.strides = strides
        self.offset = offset
        self.storage = storage
        self.isNegated = isNegated
        elementCount = byteCount / type.byteCount
    }

    /// Returns the bytes from the start of the storage to the end of the last element; nil on
    /// overflow.
    private static func end(
        _ shape: [Int], _ strides: [Int], _ offset: Int, _ type: StoredType
    ) -> Int? {
        var last = offset
        for (length, stride) in zip(shape, strides) {
            let (step, tooFar) = (length - 1).multipliedReportingOverflow(by: stride)
            let (next, overflows) = last.addingReportingOverflow(step)
            if tooFar || overflows { return nil }
            last = next
        }
        let (count, overflows) = last.addingReportingOverflow(1)
        let (bytes, tooMany) = count.multipliedReportingOverflow(by: type.byteCount)
        return overflows || tooMany ? nil : bytes
    }
}

/// A pickle's description of a storage: a name, and the type and number of its bytes.
struct PyTorchStorage: Sendable, Equatable {
    let name: String
    /// Nil for bytes of no type.
    let type: StoredType?
    /// Bytes per element in the file's counts.
    let width: Int
    /// The offset of its first byte in the record; nonzero only for a view of another storage.
    let start: Int
    let byteCount: Int
    /// Bytes of the whole record.
    let recordByteCount: Int

    /// Returns the type of a class such as `torch.FloatStorage`; nil for unknown classes.
    static func type(of name: PickleGlobal) -> StoredType?? {
        guard ["torch", "torch.storage", "torch.cuda"].contains(name.module) else { return nil }
        return types[name.name]
    }

    private static let types: [String: StoredType?] = [
        "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
        "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
        "BoolStorage": .bool, "UntypedStorage": StoredType?.none,
    ]

    /// Returns the bytes per element of storages that are skipped, not read.
    static func foreignWidth(of name: PickleGlobal) -> Int? {
        foreignWidths[name.name]
    }

    private static let foreignWidths = [
        "ComplexFloatStorage": 8, "ComplexDoubleStorage": 16, "QInt8Storage": 1,
        "QUInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1,
    ]

    /// Returns the type of a constant such as `torch.float32`.
    static func elementType(of name: PickleGlobal) -> StoredType? {
        name.module == "torch" ? StoredType(rawValue: name.name) : nil
    }
}
