/// The matrices in the last two axes of a tensor, in a form that BLAS reads: rows with a step, or
/// columns with a step and a flag. A transposed view is read in place; other views are copied.
struct MatrixOperand<Scalar: FloatingScalar> {
    let tensor: Tensor<Scalar>
    /// Whether the memory holds the transpose of the caller's operand.
    let transposed: Bool
    /// Elements between the rows, as stored.
    let step: Int

    var pointer: UnsafePointer<Scalar> {
        UnsafePointer(tensor.storage.pointer + tensor.layout.offset)
    }

    /// - Precondition: at least two axes.
    init(_ x: Tensor<Scalar>, transposed: Bool) {
        let (rows, columns) = (x.shape[-2], x.shape[-1])
        let (down, across) = (x.layout.strides[x.rank - 2], x.layout.strides[x.rank - 1])
        if columns == 1 || across == 1, rows == 1 || down >= max(columns, 1) {
            self.init(x, transposed, step: rows == 1 ? columns : down)
        } else if rows == 1 || down == 1, columns == 1 || across >= max(rows, 1) {
            self.init(x, !transposed, step: columns == 1 ? rows : across)
        } else {
            self.init(x.copied(), transposed, step: columns)
        }
    }

    private init(_ tensor: Tensor<Scalar>, _ transposed: Bool, step: Int) {
        self.tensor = tensor
        self.transposed = transposed
        self.step = max(step, 1)
    }
}
