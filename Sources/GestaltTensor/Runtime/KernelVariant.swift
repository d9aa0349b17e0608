extension FloatingScalar {
    /// The compiled variant of the C kernels for this scalar and the instruction set in force.
    package static var variant: Int32 {
        kernelFamily.rawValue * 3 + Int32(Runtime.instructionSet.rawValue)
    }
}

/// Elements below which an elementwise pass is not worth a second thread.
package let parallelThreshold = 1 << 15
