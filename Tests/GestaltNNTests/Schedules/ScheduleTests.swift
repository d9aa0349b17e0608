import Foundation
import GestaltNN
import Testing

/// Steps and the rates they must have.
private struct ScheduleCase: Sendable, CustomStringConvertible {
    let description: String
    let schedule: Schedule
    let rates: [(step: Int, rate: Double)]
}

private let cases: [ScheduleCase] = [
    ScheduleCase(
        description: "constant", schedule: .constant(0.1), rates: [(0, 0.1), (1000, 0.1)]),
    ScheduleCase(
        description: "cosine", schedule: .cosine(from: 1, to: 0.2, steps: 100),
        rates: [(0, 1), (25, 0.6 + 0.4 * 0.5.squareRoot()), (50, 0.6), (100, 0.2), (500, 0.2)]),
    ScheduleCase(
        description: "exponential", schedule: .exponential(from: 2, factor: 0.5, every: 10),
        rates: [(0, 2), (5, 2 * 0.5.squareRoot()), (10, 1), (30, 0.25)]),
    ScheduleCase(
        description: "step", schedule: .step(from: 1, factor: 0.1, every: 30),
        rates: [(0, 1), (29, 1), (30, 0.1), (89, 0.01)]),
    ScheduleCase(
        description: "warm-up", schedule: .warmUp(steps: 4, then: .cosine(from: 1, steps: 10)),
        rates: [(0, 0.2), (3, 0.8), (4, 1), (9, 0.5), (14, 0)]),
    // By hand from the definition: 10 steps, warmUpFraction 0.3: from 0.04 to 1 over steps 0 … 2, then to
    // 4e-6 at step 9.
    ScheduleCase(
        description: "one cycle", schedule: .oneCycle(OneCycle(maximum: 1, steps: 10)),
        rates: [
            (0, 0.04), (1, 0.52), (2, 1), (9, 4e-6), (20, 4e-6),
            (5, 4e-6 + (1 - 4e-6) / 2 * (1 + cos(.pi * 3 / 7))),
        ]),
]

@Suite struct ScheduleTests {
    @Test(arguments: cases)
    fileprivate func ratesAtChosenSteps(_ line: ScheduleCase) {
        for (step, rate) in line.rates {
            let found = line.schedule.learningRate(at: step)
            #expect(abs(found - rate) <= 1e-14, "\(line) at \(step): \(found), expected \(rate)")
        }
    }

    @Test func momentumRunsAgainstTheRate() throws {
        let schedule = Schedule.oneCycle(OneCycle(maximum: 2e-3, steps: 10, warmUpFraction: 0.2))
        let momenta = try (0..<10).map { try #require(schedule.momentum(at: $0)) }
        #expect(abs(momenta[0] - 0.95) < 1e-15)
        #expect(abs(momenta[1] - 0.85) < 1e-15)
        #expect(abs(momenta[9] - 0.95) < 1e-15)
        #expect(Schedule.constant(1).momentum(at: 3) == nil)
        var optimizer = AdamW(learningRate: 1)
        optimizer.follow(schedule, at: 1)
        #expect(abs(optimizer.learningRate - 2e-3) < 1e-15 && optimizer.momentum == momenta[1])
    }

    @Test(arguments: cases)
    fileprivate func aScheduleSurvivesItsWayThroughJSON(_ line: ScheduleCase) throws {
        let data = try JSONEncoder().encode(line.schedule)
        #expect(try JSONDecoder().decode(Schedule.self, from: data) == line.schedule)
    }
}
