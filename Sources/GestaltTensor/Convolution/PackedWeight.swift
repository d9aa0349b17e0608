import CKernels

/// The weight as the matrix that patches of a grid are multiplied by: a row for each tap and source
/// channel in the order of the patches, a column for each target channel.
struct PackedWeight<Scalar: FloatingScalar> {
    /// The owner of the memory; nil if the weight itself already is the matrix.
    private let copy: Storage<Scalar>?
    private let matrix: UnsafePointer<Scalar>
    /// The distances between consecutive rows and between consecutive groups' matrices, in
    /// elements.
    let rowStep: Int
    private let groupStep: Int

    func group(_ index: Int) -> UnsafePointer<Scalar> { matrix + index * groupStep }

    /// The matrix for `grid`. It may point into `weight`, which must outlive it.
    init(_ weight: ConvolutionWeight<Scalar>, _ grid: PatchGrid) {
        let (strides, weight) = (weight.strides, weight.tensor.pointer)
        let (taps, kernel) = (grid.axes, grid.kernel)
        let start = zip(taps, strides.tap).reduce(0) { $0 + $1.0.kernelStart * $1.1 }
        let inOrder = taps.allSatisfy { $0.taps == 1 || $0.kernelStep == 1 }
        let isWhole = (taps[1].taps, taps[2].taps) == (kernel[1], kernel[2])
        if inOrder, isWhole, strides.target == 1,
            strides.source * grid.sourceWidth == strides.tap[2] || kernel == [1, 1, 1]
        {
            copy = nil
            matrix = UnsafePointer(weight + start)
            // A matrix of one row may report any step; BLAS requires at least the row's length.
            (rowStep, groupStep) = (max(strides.source, grid.targetWidth), strides.group)
            return
        }
        let (source, target) = (grid.sourceWidth, grid.targetWidth)
        let count = grid.patchLength * target
        let packed = Storage<Scalar>(count: max(1, grid.groups * count))
        let to = packed.pointer
        let segments = grid.segments
        parallelFor(grid.groups * segments) { task in
            let (group, segment) = (task / segments, task % segments)
            let t = segment / taps[1].taps
            let h = segment % taps[1].taps
            let first =
                start + group * strides.group + t * taps[0].kernelStep * strides.tap[0]
                + h * taps[1].kernelStep * strides.tap[1]
            let lengths = [taps[2].taps, source, target]
            gk_copy_strided(
                Int32(MemoryLayout<Scalar>.stride), 3, lengths, weight + first,
                [taps[2].kernelStep * strides.tap[2], strides.source, strides.target],
                to + group * count + segment * grid.segmentLength * target,
                [source * target, target, 1])
        }
        copy = packed
        matrix = UnsafePointer(to)
        (rowStep, groupStep) = (target, count)
    }

    /// The matrix of a product of source pixels with all taps: a row for each source channel, a
    /// column for each tap of the kernel and target channel. For one group.
    init(allTapsOf weight: ConvolutionWeight<Scalar>) {
        let (geometry, strides) = (weight.geometry, weight.strides)
        let source = geometry.sourceChannels(weight.direction)
        let target = geometry.targetChannels(weight.direction)
        let taps = geometry.kernelCount
        let packed = Storage<Scalar>(count: taps * source * target)
        gk_copy_strided(
            Int32(MemoryLayout<Scalar>.stride), 3, [source, taps, target], weight.tensor.pointer,
            [strides.source, strides.tap[2], strides.target], packed.pointer,
            [taps * target, target, 1])
        copy = packed
        matrix = UnsafePointer(packed.pointer)
        (rowStep, groupStep) = (taps * target, 0)
    }
}
