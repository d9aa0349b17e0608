import GestaltChecks
import GestaltTensor

/// The information about the first frame on which the cells of a clip are conditioned: the
/// condition clip, the first frame repeated to the full length and tokenized, and the region, its
/// first slice.
public struct MaskCondition: Sendable {
    /// The use of the condition clip's tokens.
    public enum Mode: String, Codable, Sendable, CaseIterable {
        /// None: masked cells hold the mask token.
        case none
        /// A masked cell of the region holds the condition's token, to be refined: for tokenizers
        /// whose first slice mixes frames. MAGVIT's `cond->input`.
        case commit
        /// The region holds the condition's tokens and is never masked. MAGVIT's `cond->cond`.
        case prefix
        /// As `prefix`, and every other masked cell holds the condition clip's token of its
        /// position, the code of a scene in which nothing moves.
        case still

        /// Whether the region is given and never masked.
        public var fixesRegion: Bool { self == .prefix || self == .still }
    }

    public let mode: Mode
    /// Cells of the region, the first of a sample.
    public let regionCells: Int
    /// `[N][cells]`, the condition clip's tokens; empty rows for `none`.
    public let tokens: [[Int32]]

    /// - Precondition: tokens for every mode but `none`.
    public init(_ mode: Mode, regionCells: Int, tokens: [[Int32]]) {
        require(
            mode == .none || tokens.allSatisfy { $0.count >= regionCells && !$0.isEmpty },
            "MaskCondition: \(mode) without tokens")
        self.mode = mode
        self.regionCells = regionCells
        self.tokens = tokens
    }

    /// Returns whether a cell may be masked.
    func isFree(_ cell: Int) -> Bool { !mode.fixesRegion || cell >= regionCells }

    /// Returns the target tokens: the given ones in the region of `prefix` and `still`.
    func targets(_ codes: [Int32], sample: Int) -> [Int32] {
        guard mode.fixesRegion else { return codes }
        var result = codes
        for cell in 0..<regionCells { result[cell] = tokens[sample][cell] }
        return result
    }

    /// Returns the tokens of a sample with its masked cells replaced, and 1 where one of those
    /// holds a condition's token.
    package func inputs(
        _ codes: [Int32], masked: [Bool], maskToken: Int32, sample: Int
    ) -> (tokens: [Int32], segments: [Int32]) {
        var inputs = targets(codes, sample: sample)
        var segments = [Int32](repeating: 0, count: codes.count)
        for cell in codes.indices where masked[cell] {
            let holdsCondition = mode == .still || (mode == .commit && cell < regionCells)
            inputs[cell] = holdsCondition ? tokens[sample][cell] : maskToken
            segments[cell] = holdsCondition ? 1 : 0
        }
        return (inputs, segments)
    }
}
