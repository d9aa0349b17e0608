import GestaltData
import GestaltModels
import GestaltMotion
import GestaltSegHeads

extension FitPlan {
    /// Chooses resolution, network and steps.
    ///
    /// The resolution is the smallest at which small labeled regions have sides of eight pixels,
    /// the width 32, where the time suffices for 1200 steps, or 650 with 15 labels or more; else
    /// first the width is halved, then the resolution lowered. The time is divided into pre-training,
    /// a teacher on the labels and a student on all frames, up to the steps of the complete recipe;
    /// with 15 labels or more teacher and student come first. For objects that are told apart it is
    /// divided into pre-training and an instance head.
    ///
    /// - Parameters:
    ///   - costs: of the networks to choose from.
    ///   - instanceCosts: of the same with an instance head, for facts with
    ///     ``FrameFacts/mostObjects``; `costs` where there are none.
    ///   - hasEncoder: whether an earlier fit provides a pre-trained network.
    ///   - heldOut: what is held out of training.
    /// - Throws: `ConfigurationError` for an invalid budget, and where nothing can be learned: no
    ///   labeled frame is left.
    public init(
        for facts: FrameFacts, heldOut: HeldOut, budget: FitBudget, costs: [NetworkCost],
        instanceCosts: [NetworkCost] = [], hasEncoder: Bool = false
    ) throws(ConfigurationError) {
        try budget.validate()
        let labels = facts.labeledCount - heldOut.labeledCount
        guard labels > 0 else {
            throw .invalid(
                "masks",
                expected: "a labeled frame to learn from: masks beside the frames, or a set that "
                    + "was imported with its label files",
                found: "\(facts.labeledCount) labeled frames, of which \(heldOut.labeledCount) "
                    + "are held out")
        }
        let seconds = budget.minutes * 60 * Self.plannedShare
        let isApart = facts.mostObjects != nil && !instanceCosts.isEmpty
        let choice = Self.network(
            for: facts, budget, isApart ? instanceCosts : costs, seconds,
            aims: FitShares(labels: isApart ? 1 : labels).aims)
        self.init(
            size: choice.size, width: choice.cost.width, classes: facts.classes,
            batch: Self.usualBatch, stages: [],
            usesMotion: facts.cameraIsStill
                && facts.clips.contains { $0.frameCount >= MotionSettings().neededFrames },
            encoderFrames: 0, studentFrames: 0, otherSeconds: 0,
            memory: 0, remarks: choice.remarks,
            queries: facts.mostObjects.map(Self.queries))
        let training =
            facts.frameCount
            - heldOut.clips.reduce(0) { $0 + facts.clips[$1].frameCount }
            - (heldOut.stretch?.count ?? 0)
        let work = FitWork(
            plan: self, cost: costs.first { $0.width == width } ?? choice.cost,
            headCost: choice.cost, labels: labels, frames: max(1, training),
            scored: heldOut.labeledCount, memory: budget.memory)
        work.divide(seconds, hasEncoder: hasEncoder, into: &self)
    }

    /// Half as many queries again as a frame has objects, in steps of 8.
    static func queries(for objects: Int) -> Int {
        let needed = (objects * 3 / 2 + 7) / 8 * 8
        return min(max(needed, QueryHead.Configuration.usualQueries), mostQueries)
    }

    /// The largest number of objects of a mask.
    private static let mostQueries = 254

    private struct Network {
        var size: FrameSize
        var cost: NetworkCost
        var remarks: [String]
    }

    /// - Parameter aims: the numbers of steps to aim for, the best first.
    private static func network(
        for facts: FrameFacts, _ budget: FitBudget, _ costs: [NetworkCost], _ seconds: Double,
        aims: [Double]
    ) -> Network {
        let costs = costs.filter { budget.width == nil || $0.width == budget.width }
            .sorted { $0.width > $1.width }
        let sizes = budget.size.map { [$0] } ?? Self.sizes(for: facts)
        func fits(_ size: FrameSize, _ cost: NetworkCost, _ steps: Double) -> Bool {
            let pixels = Double(size.height * size.width * usualBatch)
            let bytes = pixels * cost.trainingBytes + Double(cost.fixedBytes + programBytes)
            return pixels * cost.trainingSeconds * stepOverhead * steps <= seconds
                && bytes <= Double(budget.memory ?? .max)
        }
        let smallest = Network(
            size: sizes[sizes.count - 1], cost: costs[costs.count - 1], remarks: [])
        var choice = smallest
        search: for aim in aims {
            for size in sizes {
                for cost in costs where fits(size, cost, aim) {
                    choice = Network(size: size, cost: cost, remarks: [])
                    break search
                }
            }
        }
        if choice.size.height * choice.size.width < sizes[0].height * sizes[0].width {
            choice.remarks.append(
                "small labeled regions call for frames of \(sizes[0]); more minutes allow them")
        }
        return choice
    }

    /// Returns the sizes to choose from, the one that small labeled regions call for first, smaller
    /// ones after it.
    static func sizes(for facts: FrameFacts) -> [FrameSize] {
        let longest = max(facts.height, facts.width)
        let candidates = sides.filter { $0 < longest } + [min(longest, sides[sides.count - 1])]
        let sizes = candidates.map { size(of: facts, longest: $0) }
        let needed = facts.smallestSide ?? 1
        let enough = sizes.firstIndex { size in
            let side = Double(size.height * size.width).squareRoot() * needed
            return side >= neededSide && max(size.height, size.width) >= 64
        }
        return Array(sizes[...(enough ?? sizes.count - 1)].reversed())
    }

    /// Returns the size with about the proportions of the frames, in multiples of 8 that the
    /// network divides.
    private static func size(of facts: FrameFacts, longest: Int) -> FrameSize {
        let scale = Double(longest) / Double(max(facts.height, facts.width))
        func side(_ whole: Int) -> Int {
            max(8, Int((Double(whole) * scale / 8).rounded()) * 8)
        }
        return FrameSize(height: side(facts.height), width: side(facts.width))
            ?? FrameSize(height: 64, width: 64)!
    }
}
