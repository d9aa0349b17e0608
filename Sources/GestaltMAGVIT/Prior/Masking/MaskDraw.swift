import GestaltTensor
import GestaltVideo

/// The random choices of one sample of a training batch: what is masked, and what is corrupted.
package struct MaskDraw: Sendable {
    package let masked: [Bool]
    /// Random codes in place of visible ones; nil where the cell stays.
    package let replacements: [Int32?]

    /// - Parameters:
    ///   - ratio: u of the share to mask, 0…1.
    ///   - scores: one for each cell; the lowest of the free ones are masked.
    package init(
        ratio: Double, scores: [Float], _ condition: MaskCondition, schedule: MaskSchedule,
        replacements: [Int32?]? = nil
    ) {
        let free = scores.indices.filter(condition.isFree)
        let count = schedule.count(at: ratio, cells: free.count)
        var masked = [Bool](repeating: false, count: scores.count)
        for cell in lowest(count, of: free, by: scores) { masked[cell] = true }
        self.masked = masked
        self.replacements = replacements ?? Array(repeating: nil, count: scores.count)
    }

    /// Draws a sample's choices.
    ///
    /// Of u in 0…1 the lowest `fullShare` becomes 0, which masks all free cells.
    package init(
        _ configuration: MaskedPriorConfiguration, _ condition: MaskCondition,
        random: inout RandomStream
    ) {
        let objective = configuration.objective
        let u = random.number()
        let ratio = max(0, (u - objective.fullShare) / (1 - objective.fullShare))
        var draw = MaskDraw(
            ratio: ratio, scores: Self.scores(configuration, condition, random: &random),
            condition, schedule: objective.schedule)
        if objective.corruption > 0 {
            let chosen = random.bernoulli(
                [configuration.cells], probability: objective.corruption
            ).scalars
            let codes = random.integers(
                [configuration.cells], in: 0..<configuration.codes
            ).scalars
            draw = MaskDraw(
                masked: draw.masked,
                replacements: chosen.indices.map {
                    chosen[$0] && !draw.masked[$0] && condition.isFree($0) ? codes[$0] : nil
                })
        }
        self = draw
    }

    /// Draws a score for each cell, or for each block of cells.
    private static func scores(
        _ configuration: MaskedPriorConfiguration, _ condition: MaskCondition,
        random: inout RandomStream
    ) -> [Float] {
        let grid = configuration.grid
        guard let block = configuration.objective.block else {
            let scores: Tensor<Float> = random.uniform([configuration.cells])
            return scores.scalars
        }
        let rows = (grid.height + block.height - 1) / block.height
        let columns = (grid.width + block.width - 1) / block.width
        let drawn: Tensor<Float> = random.uniform([grid.time * rows * columns])
        let scores = drawn.scalars
        let first = condition.mode.fixesRegion ? 1 : 0
        return (0..<configuration.cells).map { cell in
            let slice = max(0, cell / (grid.height * grid.width) - first) / block.time
            let row = cell / grid.width % grid.height / block.height
            return scores[(slice * rows + row) * columns + cell % grid.width / block.width]
        }
    }

    private init(masked: [Bool], replacements: [Int32?]) {
        self.masked = masked
        self.replacements = replacements
    }

    /// The weights of the cells in the loss: 1 for masked ones, `visible` for others, over the root
    /// of the distance to the nearest masked cell if `byDistance`, 0 in the region of `prefix`.
    package func weights(_ configuration: MaskedPriorConfiguration) -> [Float] {
        let objective = configuration.objective
        let distances = objective.byDistance ? distances(configuration) : nil
        return masked.indices.map { cell in
            if configuration.condition == .prefix, cell < configuration.sliceCells { return 0 }
            if masked[cell] { return 1 }
            guard let distances else { return objective.visible }
            return objective.visible / max(1, distances[cell]).squareRoot()
        }
    }

    /// The Euclidean distances from visible cells to the nearest masked one; 0 for masked cells.
    private func distances(_ configuration: MaskedPriorConfiguration) -> [Float] {
        let (height, width) = (configuration.grid.height, configuration.grid.width)
        func place(_ cell: Int) -> SIMD3<Int32> {
            SIMD3(
                Int32(cell / (height * width)), Int32(cell / width % height), Int32(cell % width))
        }
        let hidden = masked.indices.filter { masked[$0] }.map(place)
        return masked.indices.map { cell in
            guard !masked[cell] else { return 0 }
            let own = place(cell)
            let least = hidden.reduce(Int32.max) { least, other in
                let d = other &- own
                return min(least, (d &* d).wrappedSum())
            }
            return Float(least).squareRoot()
        }
    }
}

/// Returns the `count` cells of lowest score; of equal ones those that come first.
package func lowest(_ count: Int, of cells: [Int], by scores: [Float]) -> ArraySlice<Int> {
    cells.sorted { (scores[$0], $0) < (scores[$1], $1) }.prefix(count)
}
