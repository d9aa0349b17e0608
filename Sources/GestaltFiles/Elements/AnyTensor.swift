import GestaltChecks
import GestaltTensor

/// A tensor read from a file, with an element type known only at run time.
public enum AnyTensor: Sendable {
    case float32(Tensor<Float>)
    case float64(Tensor<Double>)
    case float16(Tensor<Float16Bits>)
    case bfloat16(Tensor<BFloat16>)
    case int32(Tensor<Int32>)
    case int64(Tensor<Int64>)
    case uint8(Tensor<UInt8>)
    case bool(Tensor<Bool>)

    /// Any tensor a file can hold.
    public init<Scalar: StoredScalar>(_ tensor: Tensor<Scalar>) {
        switch tensor {
        case let tensor as Tensor<Float>: self = .float32(tensor)
        case let tensor as Tensor<Double>: self = .float64(tensor)
        case let tensor as Tensor<Float16Bits>: self = .float16(tensor)
        case let tensor as Tensor<BFloat16>: self = .bfloat16(tensor)
        case let tensor as Tensor<Int32>: self = .int32(tensor)
        case let tensor as Tensor<Int64>: self = .int64(tensor)
        case let tensor as Tensor<UInt8>: self = .uint8(tensor)
        case let tensor as Tensor<Bool>: self = .bool(tensor)
        default: stop("no file format for elements of \(Scalar.self)")
        }
    }

    public var shape: Shape {
        switch self {
        case .float32(let tensor): tensor.shape
        case .float64(let tensor): tensor.shape
        case .float16(let tensor): tensor.shape
        case .bfloat16(let tensor): tensor.shape
        case .int32(let tensor): tensor.shape
        case .int64(let tensor): tensor.shape
        case .uint8(let tensor): tensor.shape
        case .bool(let tensor): tensor.shape
        }
    }

    public var elementType: ElementType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        case .bool: .bool
        }
    }

    /// Calls `body` with the elements as little-endian bytes, in row-major order.
    func withBytes<Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        switch self {
        case .float32(let tensor): try bytes(of: tensor, body)
        case .float64(let tensor): try bytes(of: tensor, body)
        case .float16(let tensor): try bytes(of: tensor, body)
        case .bfloat16(let tensor): try bytes(of: tensor, body)
        case .int32(let tensor): try bytes(of: tensor, body)
        case .int64(let tensor): try bytes(of: tensor, body)
        case .uint8(let tensor): try bytes(of: tensor, body)
        case .bool(let tensor): try bytes(of: tensor, body)
        }
    }

    private func bytes<Scalar, Failure: Error>(
        of tensor: Tensor<Scalar>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        // Every processor this package runs on is little-endian.
        let outcome: Result<Void, Failure> = tensor.withScalars { scalars in
            do throws(Failure) {
                return .success(try body(UnsafeRawBufferPointer(scalars)))
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
    }
}
