import GestaltModels
import GestaltVideo

/// The sizes and choices of a ``MaskedPrior``.
public struct MaskedPriorConfiguration: Codable, Sendable, Equatable {
    /// The position of the norms of a block.
    public enum NormPlace: String, Codable, Sendable, CaseIterable {
        /// After each sum, as in BERT; requires a long warm-up.
        case post
        /// Before each branch, and one more before the head.
        case pre
    }

    /// The position embeddings of cells.
    public enum Positions: String, Codable, Sendable, CaseIterable {
        /// A vector for each cell.
        case table
        /// Three vectors side by side, one for each axis.
        case axes
    }

    /// Codes of a cell, K.
    public var codes: Int
    /// Classes; 0 for none.
    public var classes: Int
    /// The grid of codes of a clip.
    public var grid: Extent3
    /// Channels of the stream.
    public var width: Int
    public var heads: Int
    public var layers: Int
    /// Channels between a block's two linear layers.
    public var hiddenWidth: Int
    public var norm: NormPlace
    public var positions: Positions
    /// Whether cells that hold a condition's token are marked.
    public var segments: Bool
    public var condition: MaskCondition.Mode
    /// Dropout probability of embeddings, branches and attentions.
    public var dropout: Float
    /// The share of training samples without class and condition; guidance needs some.
    public var unconditionalShare: Double
    /// The weight of the loss of a second head after half of the blocks, which training alone uses;
    /// nil for no such head.
    public var halfDepthWeight: Float?
    public var objective: MaskObjective

    public init(
        codes: Int, classes: Int = 0, grid: Extent3, width: Int, heads: Int, layers: Int,
        hiddenWidth: Int, norm: NormPlace = .pre, positions: Positions = .axes,
        segments: Bool = true, condition: MaskCondition.Mode = .still, dropout: Float = 0.1,
        unconditionalShare: Double = 0, halfDepthWeight: Float? = nil,
        objective: MaskObjective = MaskObjective()
    ) {
        self.codes = codes
        self.classes = classes
        self.grid = grid
        self.width = width
        self.heads = heads
        self.layers = layers
        self.hiddenWidth = hiddenWidth
        self.norm = norm
        self.positions = positions
        self.segments = segments
        self.condition = condition
        self.dropout = dropout
        self.unconditionalShare = unconditionalShare
        self.halfDepthWeight = halfDepthWeight
        self.objective = objective
    }

    /// The token of a clip without a class; tokens are codes, then classes, then this one.
    public var unconditionalToken: Int32 { Int32(codes + classes) }
    /// The token of a masked cell, the last one.
    public var maskToken: Int32 { unconditionalToken + 1 }
    /// The number of tokens.
    public var vocabulary: Int { codes + classes + 2 }
    /// Cells of a clip.
    public var cells: Int { grid.count }
    /// Cells of a slice, the first of which is the region of a condition.
    public var sliceCells: Int { grid.height * grid.width }
}

/// The training objective of a ``MaskedPrior``: the number of masked cells, and the weight of each
/// cell in the loss.
public struct MaskObjective: Codable, Sendable, Equatable {
    /// s of the smoothed cross entropy.
    public var smoothing: Float
    /// The weight of visible cells relative to masked ones.
    public var visible: Float
    /// Whether that falls with the distance δ to the nearest masked cell, as 1/√δ.
    public var byDistance: Bool
    /// The share of visible free cells whose codes are replaced by random ones.
    public var corruption: Double
    /// The share of samples whose free cells are all masked.
    public var fullShare: Double
    /// The share of masked cells as a function of a number drawn from 0…1.
    public var schedule: MaskSchedule
    /// Cells of the blocks that are masked together; nil for single cells.
    ///
    /// Blocks begin after a region that is never masked. The number of masked cells is unchanged,
    /// so that one block may be masked in part.
    public var block: Extent3?

    public init(
        smoothing: Float = 1e-4, visible: Float = 0.5, byDistance: Bool = true,
        corruption: Double = 0.1, fullShare: Double = 0.1, schedule: MaskSchedule = .cosine,
        block: Extent3? = nil
    ) {
        self.smoothing = smoothing
        self.visible = visible
        self.byDistance = byDistance
        self.corruption = corruption
        self.fullShare = fullShare
        self.schedule = schedule
        self.block = block
    }
}

extension MaskedPriorConfiguration {
    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws(ConfigurationError) {
        try check((1...QuantizerSize.mostCodes).contains(codes), "codes", "1 to 2²⁴", codes)
        try check((0...1 << 20).contains(classes), "classes", "0 to 2²⁰", classes)
        try check(
            grid.array.allSatisfy { (1...4096).contains($0) } && grid.count <= 1 << 20, "grid",
            "three lengths from 1, at most 2²⁰ cells", grid)
        try check(
            !condition.fixesRegion || grid.time > 1, "grid",
            "at least 2 slices with condition \(condition.rawValue)", grid)
        try check((1...1 << 14).contains(heads), "heads", "1 to 16384", heads)
        try check(
            (1...1 << 14).contains(width) && width % heads == 0, "width",
            "1 to 16384, a multiple of heads = \(heads)", width)
        try check(
            positions == .table || width % 3 == 0, "width",
            "a multiple of 3 with positions of axes", width)
        try check((1...1024).contains(layers), "layers", "1 to 1024", layers)
        try check(
            (1...1 << 16).contains(hiddenWidth), "hiddenWidth", "1 to 65536", hiddenWidth)
        try check(
            condition != .still || segments, "segments",
            "true with condition still, whose true and guessed tokens look alike", segments)
        try check(
            dropout >= 0 && dropout < 1, "dropout", "at least 0 and below 1", dropout)
        try check(
            (0...1).contains(unconditionalShare), "unconditionalShare", "0 to 1",
            unconditionalShare)
        try check(
            (halfDepthWeight ?? 1) > 0 && (halfDepthWeight ?? 1).isFinite, "halfDepthWeight",
            "a positive number, or none", halfDepthWeight ?? 0)
        try check(
            halfDepthWeight == nil || layers > 1, "halfDepthWeight", "none with 1 layer",
            halfDepthWeight ?? 0)
        do { try objective.validate() } catch { throw error.below("objective") }
    }
}

extension MaskObjective {
    /// - Throws: `ConfigurationError` for the first invalid value.
    public func validate() throws(ConfigurationError) {
        try check(smoothing >= 0 && smoothing < 1, "smoothing", "at least 0, below 1", smoothing)
        try check(visible >= 0 && visible.isFinite, "visible", "0 or more", visible)
        try check((0...1).contains(corruption), "corruption", "0 to 1", corruption)
        try check(
            fullShare >= 0 && fullShare < 1, "fullShare", "at least 0, below 1", fullShare)
        try check(
            (block?.array ?? [1]).allSatisfy { (1...4096).contains($0) }, "block",
            "three lengths from 1 to 4096, or none", block.map { "\($0)" } ?? "")
        do { try schedule.validate() } catch { throw error.below("schedule") }
    }
}
