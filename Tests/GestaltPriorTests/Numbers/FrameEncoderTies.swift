import GestaltTensor

/// Channels of the frame encoder in which an input of a ReLU is nearer to zero than rounding reaches.
///
/// A bound on gradients says nothing there: in double precision three inputs of `prior-frame4` lie
/// within 1e-6 of zero, and a gradient that takes one of them on the other side differs from the
/// recorded one by 0.9 to 2 % of its largest number, where all others agree to 1.2e-6. So the biases
/// before them move by 4e-5 to the side on which they are, until no input is within 2e-5 of zero.
/// In double precision that moves no recorded gradient by more than 6e-6 of its largest number.
/// Found by `Benchmarks/peers/frame_ties.py`.
struct FrameEncoderTie: Sendable {
    let bias: String
    let channel: Int
    let move: Float

    private init(_ norm: String, _ channel: Int, _ move: Float) {
        bias = "resnet.\(norm).norm.norm.bias"
        self.channel = channel
        self.move = move
    }

    static let all: [String: [FrameEncoderTie]] = [
        "prior-frame1.safetensors": [
            .init("group1.start_block.bnr1", 6, 4e-5),
            .init("group1.start_block.proj_bnr", 21, -4e-5),
            .init("group1.blocks.0.bnr2", 19, 4e-5),
            .init("group1.blocks.1.bnr2", 13, 4e-5),
            .init("group2.start_block.proj_bnr", 81, 4e-5),
            .init("group2.blocks.2.bnr2", 103, -4e-5),
            .init("group3.start_block.proj_bnr", 111, 4e-5),
            .init("group3.start_block.proj_bnr", 114, -4e-5),
            .init("group2.start_block.proj_bnr", 82, -4e-5),
        ],
        "prior-frame4.safetensors": [
            .init("stem.1", 10, 4e-5),
            .init("group1.start_block.bnr1", 28, 4e-5),
            .init("group1.start_block.bnr1", 59, 4e-5),
            .init("group1.start_block.proj_bnr", 44, -4e-5),
            .init("group1.blocks.0.bnr1", 61, -4e-5),
            .init("group1.blocks.0.bnr2", 61, 4e-5),
            .init("group1.blocks.1.bnr1", 50, 4e-5),
            .init("group1.blocks.1.bnr2", 24, 4e-5),
            .init("group2.start_block.proj_bnr", 111, -4e-5),
            .init("group2.blocks.2.bnr2", 59, -4e-5),
            .init("group3.start_block.bnr1", 8, -4e-5),
            .init("group3.blocks.0.bnr1", 128, -4e-5),
            .init("group3.blocks.0.bnr1", 209, 4e-5),
            .init("group3.blocks.4.bnr2", 147, 4e-5),
            .init("group4.start_block.bnr1", 121, -4e-5),
            .init("group4.blocks.1.bnr1", 3, -4e-5),
            .init("group2.blocks.0.bnr2", 23, -4e-5),
            .init("group4.blocks.0.bnr1", 157, 4e-5),
            .init("group4.blocks.1.bnr1", 159, -4e-5),
        ],
    ]
}

extension PriorCase {
    /// `weight` of `name`, no input of a ReLU near zero after it.
    func untied(_ name: String, _ weight: Tensor<Float>) -> Tensor<Float> {
        let ties = (FrameEncoderTie.all[file] ?? []).filter { $0.bias == name }
        if ties.isEmpty { return weight }
        var scalars = weight.scalars
        for tie in ties { scalars[tie.channel] += tie.move }
        return Tensor(shape: weight.shape, scalars: scalars)
    }
}
