import GestaltPrior
import GestaltTensor
import GestaltVideo

/// The four stages of a frame encoder as grids of one frame: which stand at which stride.
///
/// Stages count from 1, the finest. The third and the fourth have the same stride, so by stride only
/// the fourth is asked for.
struct FramePyramid {
    /// Stages whose strides fall, coarsest first.
    private static let ladder = [4, 2, 1]

    static func stride(ofStage stage: Int) -> Int { FrameEncoderConfiguration.strides[stage - 1] }

    /// The stage of this stride; nil where there is none.
    static func stage(ofStride stride: Int) -> Int? {
        ladder.first { Self.stride(ofStage: $0) == stride }
    }

    /// Stages of smaller strides, coarsest first.
    static func stages(finerThan stride: Int) -> [Int] {
        ladder.filter { Self.stride(ofStage: $0) < stride }
    }

    /// What each stage gave for frames repeated n times, `[N, n, h, w, C]`.
    let stages: [Tensor<Float>]

    /// The stage of the last of the n frames, `[N, h, w, C]`.
    func grid(_ stage: Int) -> Tensor<Float> {
        let tensor = stages[stage - 1]
        return tensor.selected(tensor.shape[1] - 1, axis: 1)
    }

    /// Grids for skips.
    func finer(than stride: Int) -> [Latent.Stage] {
        Self.stages(finerThan: stride).map {
            Latent.Stage(grid($0), stride: Self.stride(ofStage: $0))
        }
    }
}

extension FrameEncoderConfiguration {
    /// The sizes of ``FramePyramid/finer(than:)``.
    func finer(than stride: Int) -> [LatentShape.Stage] {
        FramePyramid.stages(finerThan: stride).map {
            LatentShape.Stage(
                channels: channels[$0 - 1], stride: FramePyramid.stride(ofStage: $0))
        }
    }
}
