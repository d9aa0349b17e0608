import CKernels
import GestaltChecks

extension FloatingScalar {
    /// The compiled variant of the C kernels for this scalar and the instruction set in force.
    package static var variant: Int32 {
        variant(Runtime.instructionSet)
    }

    /// Returns the compiled variant for an instruction set.
    package static func variant(_ set: Runtime.InstructionSet) -> Int32 {
        (Self.self == Double.self ? 3 : 0) + Int32(set.rawValue)
    }
}

extension TensorScalar {
    /// The code of this type in the kernels that also serve integers. Truth values are bytes 0 and
    /// 1.
    static var kernelType: Int32 {
        switch elementType {
        case .float32: return Int32(Runtime.instructionSet.rawValue)
        case .float64: return 3 + Int32(Runtime.instructionSet.rawValue)
        case .int32: return Int32(gk_int32)
        case .int64: return Int32(gk_int64)
        case .uint8, .bool: return Int32(gk_uint8)
        case .float16, .bfloat16:
            stop("\(elementType) is for storage: cast to Float to compute")
        }
    }
}

/// The number of elements below which an elementwise pass uses a single thread.
package let parallelThreshold = 1 << 15
