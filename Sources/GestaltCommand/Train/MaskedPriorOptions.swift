import ArgumentParser
import GestaltMAGVIT
import GestaltRecipes
import GestaltVideo

extension MaskCondition.Mode: ExpressibleByArgument {}

/// The options of a prior that fills in masked codes.
struct MaskedPriorOptions: ParsableArguments, PriorOptions {
    @Option(
        help: """
            What masked codes hold of the first frame: still (the default), the codes of the clip \
            if nothing moved, in every slice; prefix, nothing, the first slice is given; commit, in \
            the first slice the code of the still clip, to be refined, for tokenizers whose \
            first slice mixes frames; none, nothing, no slice is given.
            """)
    var condition: MaskCondition.Mode?
    @Option(
        help: "The share of clips learned without condition, for --guidance; 0 by default.")
    var unconditionalShare: Double?

    @Option(
        help: """
            The weight of a second head after half of the blocks, which training alone uses: \
            supervision for encoders of inner layers. By default there is none.
            """)
    var halfDepthWeight: Float?
    @Option(
        help: "The share of visible codes that are replaced by random ones; 0.1 by default.")
    var corruption: Double?
    @Option(
        help: ArgumentHelp(
            "Mask blocks of slices, rows and columns of codes together; 1x1x1 by default.",
            valueName: "TxHxW"), transform: blockSize)
    var maskBlock: Extent3?

    func validate() throws {
        try requireShare("--corruption", corruption)
        if let halfDepthWeight, !(halfDepthWeight > 0 && halfDepthWeight.isFinite) {
            throw ValidationError("--half-depth-weight must be positive, not \(halfDepthWeight)")
        }
        if let unconditionalShare, !(0...1).contains(unconditionalShare) {
            throw ValidationError(
                "--unconditional-share must be from 0 to 1, not \(unconditionalShare)")
        }
    }

    var given: [String: Bool] {
        [
            "--condition": condition != nil, "--unconditional-share": unconditionalShare != nil,
            "--half-depth-weight": halfDepthWeight != nil, "--corruption": corruption != nil,
            "--mask-block": maskBlock != nil,
        ]
    }

    func apply(to recipe: inout MaskedPriorRecipe, dropout: Float?) throws {
        if let condition { recipe.condition = condition }
        if let dropout { recipe.dropout = dropout }
        if let unconditionalShare { recipe.unconditionalShare = unconditionalShare }
        if let halfDepthWeight { recipe.halfDepthWeight = halfDepthWeight }
        if let corruption { recipe.objective.corruption = corruption }
        if let maskBlock { recipe.objective.block = maskBlock }
    }
}

/// Parses a size of blocks: `1x2x2`.
@Sendable private func blockSize(_ text: String) throws -> Extent3 {
    let lengths = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard lengths.count == 3, lengths.allSatisfy({ (1...4096).contains($0) }) else {
        throw ValidationError("slices, rows and columns from 1 are expected, as in 1x2x2")
    }
    return Extent3(time: lengths[0], height: lengths[1], width: lengths[2])
}
