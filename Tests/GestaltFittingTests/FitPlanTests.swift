import GestaltData
import GestaltFitting
import GestaltModels
import Testing

@Suite struct FitPlanTests {
    /// Six labels to learn from and two that are held out.
    private static let few = Facts.films(8, labelsAt: [50])
    /// 48 and 12.
    private static let several = Facts.films(20)

    private func plan(
        _ facts: FrameFacts = few, minutes: Double, memory: Int? = nil
    ) throws -> FitPlan {
        try FitPlan(
            for: facts, heldOut: HeldOut(from: facts),
            budget: FitBudget(minutes: minutes, memory: memory), costs: Facts.costs)
    }

    @Test(arguments: [2.0, 5, 20, 60, 600])
    func theExpectedTimeLiesWithinTheTimeGiven(minutes: Double) throws {
        let plan = try plan(minutes: minutes)
        #expect(plan.seconds <= minutes * 60, "\(plan)")
        #expect(plan.stages.map(\.name) == ["encoder", "teacher", "student"])
        #expect(plan.stages.allSatisfy { $0.steps > 1 })
    }

    @Test func moreTimeLowersNothing() throws {
        let plans = try [2.0, 5, 20, 60, 600].map { try plan(minutes: $0) }
        for (less, more) in zip(plans, plans.dropFirst()) {
            #expect(less.size.height * less.size.width <= more.size.height * more.size.width)
            guard less.size == more.size, less.width == more.width else { continue }
            #expect(zip(less.stages, more.stages).allSatisfy { $0.steps <= $1.steps })
        }
        let steps = plans.last?.stages.map(\.steps)
        #expect(steps == [4000, 600, 600], "the complete recipe: \(plans)")
        #expect(plans.last?.stage("student")?.rounds == 2)
    }

    @Test func severalLabelsComeBeforePreTraining() throws {
        let plans = try [1.0, 4, 20, 60, 600].map { try plan(Self.several, minutes: $0) }
        for (plan, minutes) in zip(plans, [1.0, 4, 20, 60, 600]) {
            #expect(plan.seconds <= minutes * 60, "\(plan)")
            let few = try self.plan(minutes: minutes)
            #expect(plan.width >= few.width)
            #expect(try #require(plan.stage("student")).steps > 1)
            guard plan.width == few.width, plan.size == few.size else { continue }
            #expect(plan.stage("teacher")!.steps >= few.stage("teacher")!.steps)
        }
        #expect(plans[1].stages.map(\.name) == ["teacher", "student"], "\(plans[1])")
        #expect(plans[4].stages.map(\.steps) == [4000, 600, 600], "the complete recipe")
        let many = try plan(Facts.films(200), minutes: 600)
        #expect(many.stage("teacher")?.steps == 2500)
    }

    /// Too little time for pre-training is the student's, and none is left over.
    @Test(arguments: [2.0, 3, 4, 5])
    func theTimeIsUsed(minutes: Double) throws {
        let plan = try plan(Self.several, minutes: minutes)
        #expect(plan.seconds >= 0.7 * minutes * 60 || plan.stages.count == 3, "\(plan)")
    }

    @Test func smallLabelsCallForLargeFrames() throws {
        let sizes = try [0.5, 0.1, 0.05, 0.02].map {
            try plan(Facts.films(8, side: $0), minutes: 1e5).size
        }
        #expect(sizes == sizes.sorted())
        #expect(sizes[0] == FrameSize(height: 48, width: 64))
        // Eight pixels of the network for a side of a twentieth of the frame.
        #expect(Double(sizes[2].height * sizes[2].width).squareRoot() * 0.05 >= 8)
    }

    @Test func framesAreNeverEnlarged() throws {
        var facts = Facts.films(4, side: 0.001)
        (facts.height, facts.width) = (72, 96)
        let plan = try plan(facts, minutes: 1e5)
        #expect(plan.size == FrameSize(height: 72, width: 96))
    }

    @Test func aBoundOnMemoryBoundsTheFrames() throws {
        let long = Facts.films(8, length: 100_000)
        let (small, large) = try (
            plan(long, minutes: 600, memory: 1 << 30), plan(long, minutes: 600, memory: 8 << 30)
        )
        #expect(small.memory <= 1 << 30, "\(small)")
        #expect(small.encoderFrames < large.encoderFrames)
    }

    @Test func aMovingCameraTurnsMotionOff() throws {
        #expect(try plan(minutes: 20).usesMotion)
        #expect(try !plan(Facts.films(8, cameraIsStill: false), minutes: 20).usesMotion)
        #expect(try !plan(Facts.films(8, length: 5, labelsAt: [1, 3]), minutes: 20).usesMotion)
    }

    @Test func withoutLabelsThereIsNoPlan() {
        #expect(throws: ConfigurationError.self) {
            try plan(Facts.films(3, labelsAt: []), minutes: 20)
        }
        #expect(throws: ConfigurationError.self) { try plan(minutes: 0) }
    }

    /// Facts of films whose labels tell objects apart, and costs of an instance head that is three
    /// times as slow.
    private func instancePlan(
        objects: Int, minutes: Double, hasEncoder: Bool = false
    ) throws -> FitPlan {
        var facts = Facts.films(8)
        facts.mostObjects = objects
        let slower = Facts.costs.map { cost in
            var cost = cost
            cost.trainingSeconds *= 3
            cost.trainingBytes *= 2
            return cost
        }
        return try FitPlan(
            for: facts, heldOut: HeldOut(from: facts), budget: FitBudget(minutes: minutes),
            costs: Facts.costs, instanceCosts: slower, hasEncoder: hasEncoder)
    }

    @Test(arguments: [2.0, 20, 600])
    func objectsAreLearnedByAnInstanceHeadWithinTheTimeGiven(minutes: Double) throws {
        let plan = try instancePlan(objects: 5, minutes: minutes)
        #expect(plan.seconds <= minutes * 60, "\(plan)")
        #expect(plan.stages.map(\.name) == ["encoder", "instances"])
        #expect(plan.stages.allSatisfy { $0.steps > 1 && $0.rounds == 1 })
        let masks = try self.plan(minutes: minutes)
        #expect(plan.size.height * plan.size.width <= masks.size.height * masks.size.width)
        let later = try instancePlan(objects: 5, minutes: minutes, hasEncoder: true)
        #expect(later.stages.map(\.name) == ["instances"])
        #expect(later.stages[0].steps >= plan.stages[1].steps)
    }

    @Test(arguments: [(0, 16), (10, 16), (12, 24), (40, 64), (250, 254)])
    func framesWithManyObjectsHaveMoreQueries(objects: Int, queries: Int) throws {
        let plan = try instancePlan(objects: objects, minutes: 20)
        #expect(plan.queries == queries)
        #expect(plan.lines[0].contains("at most \(queries) in a frame"), "\(plan.lines)")
        #expect(try self.plan(minutes: 20).queries == nil)
    }
}
