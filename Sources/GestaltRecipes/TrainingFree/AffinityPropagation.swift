import GestaltChecks
import GestaltMotion
import GestaltTensor
import GestaltVideo

/// The labels of some frames of a clip for its other frames, by the similarity of a model's
/// features; see `LabelPropagation`.
package struct AffinityPropagation {
    /// The largest number of grid cells along an axis; features of finer grids are averaged,
    /// because the time grows with the square of the number of cells.
    package static let largestGrid = 64

    /// The number of similar cells, their largest distance, and the sharpness of their weights.
    package var propagation: LabelPropagation
    /// The number of frames before the present one that it takes labels from, beside the labeled
    /// one.
    package var context: Int

    package init(_ propagation: LabelPropagation = LabelPropagation(), context: Int = 7) {
        self.propagation = propagation
        self.context = context
    }

    /// Returns probabilities for all frames, `[T, H, W, K]`: the mean over the labeled frames of
    /// what is propagated from each.
    ///
    /// - Parameters:
    ///   - probabilities: `[T, H, W, K]`, of which only the labeled frames are read.
    ///   - features: of the frames, on a grid that covers them.
    ///   - labeled: at least one frame.
    package func propagated(
        _ probabilities: Tensor<Float>, features: Latent.Stage, from labeled: [Int]
    ) -> Tensor<Float> {
        let (height, width) = (probabilities.shape[1], probabilities.shape[2])
        require(
            !labeled.isEmpty && features.tensor.shape[0] == probabilities.shape[0]
                && features.tensor.shape[1] * features.stride >= height
                && features.tensor.shape[2] * features.stride >= width,
            "AffinityPropagation: features \(features.tensor.shape) at stride \(features.stride), "
                + "probabilities \(probabilities.shape), \(labeled.count) labeled frames")
        let grid = Grid(height: height, width: width, stride: features.stride)
        let cells = grid.cells(of: features)
        var sum = Tensor<Float>.zeros(probabilities.shape)
        for frame in labeled {
            let known = grid.cells(of: probabilities[frame..<frame + 1])[0]
            let labels = propagation.labels(
                ofClip: cells, from: known, frame: frame, context: context)
            sum = sum + grid.pixels(of: labels)
        }
        return sum / Float(labeled.count)
    }

    /// A grid of square cells over a picture, the last of each axis cut off by its edge.
    private struct Grid {
        let height: Int
        let width: Int
        /// The side of a cell of the features in pixels.
        let stride: Int
        /// The number of these cells in one of the grid, along each axis.
        let factor: Int

        var side: Int { stride * factor }
        var rows: Int { (height + side - 1) / side }
        var columns: Int { (width + side - 1) / side }

        init(height: Int, width: Int, stride: Int) {
            (self.height, self.width, self.stride) = (height, width, stride)
            let longest = (max(height, width) + stride - 1) / stride
            factor = (longest + largestGrid - 1) / largestGrid
        }

        /// The means of features over cells, `[T, rows, columns, C]`.
        func cells(of features: Latent.Stage) -> Tensor<Float> {
            // Cells of padding are left out.
            let inside = features.tensor.sliced(0..<(height + stride - 1) / stride, axis: 1)
                .sliced(0..<(width + stride - 1) / stride, axis: 2)
            return pooled(inside, factor)
        }

        /// The means of pixels `[N, H, W, K]` over cells, `[N, rows, columns, K]`.
        func cells(of pixels: Tensor<Float>) -> Tensor<Float> { pooled(pixels, side) }

        private func pooled(_ x: Tensor<Float>, _ side: Int) -> Tensor<Float> {
            guard side > 1 else { return x }
            return x.averagePooled(
                kernel: [side, side],
                padding: .explicit(
                    before: [0, 0], after: [rows * side - x.shape[1], columns * side - x.shape[2]]),
                countingPadding: false)
        }

        /// Cells `[T, rows, columns, K]` interpolated to pixels, `[T, H, W, K]`.
        func pixels(of cells: Tensor<Float>) -> Tensor<Float> {
            guard side > 1 else { return cells }
            return cells.interpolated(to: [rows * side, columns * side])
                .sliced(0..<height, axis: 1).sliced(0..<width, axis: 2)
        }
    }
}
