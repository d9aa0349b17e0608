import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The four stages of a frame encoder as grids of one frame, indexed by stride.
///
/// Stages count from 1, the finest. The third and the fourth have the same stride; by stride only
/// the fourth is used.
struct FramePyramid {
    /// Stages with falling strides, coarsest first.
    private static let ladder = [4, 2, 1]

    static func stride(ofStage stage: Int) -> Int { FrameEncoderConfiguration.strides[stage - 1] }

    /// Returns the stage of this stride; nil where there is none.
    static func stage(ofStride stride: Int) -> Int? {
        ladder.first { Self.stride(ofStage: $0) == stride }
    }

    /// Returns the stages of smaller strides, coarsest first.
    static func stages(finerThan stride: Int) -> [Int] {
        ladder.filter { Self.stride(ofStage: $0) < stride }
    }

    /// The output of each stage for frames repeated n times, `[N, n, h, w, C]`.
    let stages: [Tensor<Float>]

    /// Returns a stage's grid for the last of the n frames, `[N, h, w, C]`.
    func grid(_ stage: Int) -> Tensor<Float> {
        let tensor = stages[stage - 1]
        return tensor.selected(tensor.shape[1] - 1, axis: 1)
    }

    /// Returns the grids for skip connections.
    func finer(than stride: Int) -> [Latent.Stage] {
        Self.stages(finerThan: stride).map {
            Latent.Stage(grid($0), stride: Self.stride(ofStage: $0))
        }
    }
}

extension FrameEncoderConfiguration {
    /// Returns the sizes of ``FramePyramid/finer(than:)``.
    func finer(than stride: Int) -> [LatentShape.Stage] {
        FramePyramid.stages(finerThan: stride).map {
            LatentShape.Stage(
                channels: channels[$0 - 1], stride: FramePyramid.stride(ofStage: $0))
        }
    }
}
