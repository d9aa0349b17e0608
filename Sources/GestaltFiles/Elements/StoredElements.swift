import GestaltTensor

/// A tensor's bytes in a file with their type and layout. The bytes need no alignment.
struct StoredElements {
    let type: StoredType
    let shape: [Int]
    let bytes: UnsafeRawBufferPointer
    var isBigEndian = false
    /// Whether the layout is column-major: the first axis is contiguous.
    var isFortranOrder = false

    /// Returns the elements as a tensor.
    ///
    /// - Throws: ``FileError`` with `path` and `name` when the values do not fit `Scalar`.
    func tensor<Scalar: StoredScalar>(
        as scalar: Scalar.Type, path: String, name: String?
    ) throws(FileError) -> Tensor<Scalar> {
        guard shape.count <= Shape.maximumRank else {
            throw .unsupported(
                path: path, tensor: name, expected: "at most \(Shape.maximumRank) axes",
                found: "\(shape.count)")
        }
        let lengths = isFortranOrder ? shape.reversed() : shape
        var failure: Int?
        var result = Tensor<Scalar>(uninitialized: Shape(lengths)) { target in
            failure = fill(target)
        }
        if let failure {
            throw .unsupported(
                path: path, tensor: name, expected: "values for \(Scalar.elementType)",
                found: "another in element \(failure) of \(type)")
        }
        if isFortranOrder && shape.count > 1 { result = Self.transposed(result, to: Shape(shape)) }
        return result
    }

    /// Returns the elements in the narrowest type that holds them.
    func anyTensor(path: String, name: String?) throws(FileError) -> AnyTensor {
        switch type.elementType {
        case .float32: .float32(try tensor(as: Float.self, path: path, name: name))
        case .float64: .float64(try tensor(as: Double.self, path: path, name: name))
        case .float16: .float16(try tensor(as: Float16Bits.self, path: path, name: name))
        case .bfloat16: .bfloat16(try tensor(as: BFloat16.self, path: path, name: name))
        case .int32: .int32(try tensor(as: Int32.self, path: path, name: name))
        case .int64: .int64(try tensor(as: Int64.self, path: path, name: name))
        case .uint8: .uint8(try tensor(as: UInt8.self, path: path, name: name))
        case .bool: .bool(try tensor(as: Bool.self, path: path, name: name))
        }
    }

    /// Converts all elements; returns the index of the first that does not fit.
    private func fill<Scalar: StoredScalar>(_ target: UnsafeMutableBufferPointer<Scalar>) -> Int? {
        // Any bytes are a valid value, except of Bool, where Swift allows only 0 and 1.
        if type == StoredType(Scalar.elementType) && type != .bool
            && (!isBigEndian || type.byteCount == 1)
        {
            UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            return nil
        }
        return switch type {
        case .float64: convert(target, UInt64.self) { Scalar(stored: Double(bitPattern: $0)) }
        case .float32:
            convert(target, UInt32.self) { Scalar(stored: Double(Float(bitPattern: $0))) }
        case .float16:
            convert(target, UInt16.self) { Scalar(stored: Double(Float16Bits(bits: $0).float)) }
        case .bfloat16:
            convert(target, UInt16.self) {
                Scalar(stored: Double(Float(bitPattern: UInt32($0) << 16)))
            }
        case .int64: convert(target, Int64.self) { Scalar(stored: $0) }
        case .int32: convert(target, Int32.self) { Scalar(stored: Int64($0)) }
        case .int16: convert(target, Int16.self) { Scalar(stored: Int64($0)) }
        case .int8: convert(target, Int8.self) { Scalar(stored: Int64($0)) }
        case .uint64:
            convert(target, UInt64.self) { Int64(exactly: $0).flatMap { Scalar(stored: $0) } }
        case .uint32: convert(target, UInt32.self) { Scalar(stored: Int64($0)) }
        case .uint16: convert(target, UInt16.self) { Scalar(stored: Int64($0)) }
        case .uint8: convert(target, UInt8.self) { Scalar(stored: Int64($0)) }
        case .bool: convert(target, UInt8.self) { $0 > 1 ? nil : Scalar(stored: Int64($0)) }
        default: convert(target, UInt8.self) { Scalar(stored: Double(Float8.value($0, of: type))) }
        }
    }

    private func convert<Scalar: StoredScalar, Source: FixedWidthInteger>(
        _ target: UnsafeMutableBufferPointer<Scalar>, _ source: Source.Type,
        _ value: (Source) -> Scalar?
    ) -> Int? {
        var failure: Int?
        for index in 0..<target.count {
            let raw = bytes.loadUnaligned(
                fromByteOffset: index * MemoryLayout<Source>.size, as: Source.self)
            let converted = value(isBigEndian ? Source(bigEndian: raw) : Source(littleEndian: raw))
            if converted == nil && failure == nil { failure = index }
            // All memory is initialized, even where the conversion fails and the tensor is dropped.
            target.initializeElement(at: index, to: converted ?? Scalar.zeroScalar)
        }
        return failure
    }

    /// Returns a tensor of the reversed shape, read in row-major order, with its axes reordered.
    private static func transposed<Scalar>(
        _ columns: Tensor<Scalar>, to shape: Shape
    ) -> Tensor<Scalar> {
        // In the file, the stride of axis k is the product of the lengths before it.
        var steps = [Int](repeating: 1, count: shape.rank)
        for axis in 1..<shape.rank { steps[axis] = steps[axis - 1] * shape[axis - 1] }
        return columns.withScalars { source in
            Tensor(uninitialized: shape) { target in
                var place = [Int](repeating: 0, count: shape.rank)
                var position = 0
                for index in 0..<target.count {
                    target.initializeElement(at: index, to: source[position])
                    var axis = shape.rank - 1
                    while axis >= 0 {
                        place[axis] += 1
                        position += steps[axis]
                        if place[axis] < shape[axis] { break }
                        position -= steps[axis] * shape[axis]
                        place[axis] = 0
                        axis -= 1
                    }
                }
            }
        }
    }
}
