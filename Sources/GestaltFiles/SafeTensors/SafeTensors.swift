import GestaltChecks
import GestaltIO
import GestaltTensor

/// Hugging Face's format for tensors: a JSON header, then plain bytes. Nothing in it is executed.
public enum SafeTensors {
    /// Writes tensors of one element type, see the form for tensors of any type.
    public static func write<Scalar: StoredScalar>(
        _ tensors: [NamedTensor<Scalar>], metadata: [String: String] = [:],
        to path: String
    ) throws(FileError) {
        try write(
            tensors.map { (name: $0.name, tensor: AnyTensor($0.tensor)) }, metadata: metadata,
            to: path)
    }

    /// Writes tensors and strings; equal content yields equal bytes, whatever its order.
    ///
    /// Tensors are sorted by element width, widest first, then by name, so that all data are
    /// aligned.
    ///
    /// - Precondition: no name occurs twice, none is `__metadata__`.
    /// - Throws: ``FileError`` when the file cannot be written; no partial file remains.
    public static func write(
        _ tensors: [(name: String, tensor: AnyTensor)], metadata: [String: String] = [:],
        to path: String
    ) throws(FileError) {
        let ordered = tensors.sorted { a, b in
            let (wide, narrow) = (a.tensor.elementType.byteCount, b.tensor.elementType.byteCount)
            return wide != narrow
                ? wide > narrow : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
        }
        let header = header(ordered, metadata)
        try translatingFailures { () throws(FileFailure) in
            let file = try AtomicFile(path: path)
            try file.write(header)
            for (_, tensor) in ordered {
                try tensor.withBytes { (bytes) throws(FileFailure) in try file.write(bytes) }
            }
            try file.commit()
        }
    }

    private static func header(
        _ tensors: [(name: String, tensor: AnyTensor)], _ metadata: [String: String]
    ) -> [UInt8] {
        var members: [String] = []
        if !metadata.isEmpty {
            let strings = metadata.sorted { $0.key < $1.key }.map { key, value in
                "\(quoted(key)):\(quoted(value))"
            }
            members.append(
                "\(quoted(SafeTensorsHeader.metadataKey)):{\(strings.joined(separator: ","))}")
        }
        var names: Set<String> = [SafeTensorsHeader.metadataKey]
        var offset = 0
        for (name, tensor) in tensors {
            require(names.insert(name).inserted, "SafeTensors.write: second tensor \(name)")
            let end = offset + tensor.shape.elementCount * tensor.elementType.byteCount
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            members.append(
                "\(quoted(name)):{\"dtype\":\"\(code(tensor.elementType))\","
                    + "\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var text = Array("{\(members.joined(separator: ","))}".utf8)
        // Spaces up to a multiple of eight, so that the data are aligned.
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }

    private static func code(_ type: ElementType) -> String {
        switch type {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int64: "I64"
        case .int32: "I32"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
