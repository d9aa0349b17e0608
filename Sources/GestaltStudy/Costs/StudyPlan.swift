import GestaltIO
import GestaltModels
import GestaltRecipes

/// The runs of a study: how many there are, are done and are left, and the time they take one
/// after the other.
public struct StudyPlan: Codable, Sendable, Equatable {
    /// A row, or a model that the study trains.
    public struct Part: Codable, Sendable, Equatable {
        public var name: String
        /// Nil for a model.
        public var group: StudyGroup?
        /// The kind of recipe or method.
        public var kind: String
        public var runs: Int
        public var done: Int
        public var failed: Int
        /// The expected seconds of those that are left; nil where they are not known.
        public var secondsLeft: Double?
    }

    public var title: String
    /// Models, then rows, in the order of the study.
    public var parts: [Part]

    /// The expected seconds of all runs that are left and whose time is known.
    public var secondsLeft: Double { parts.compactMap(\.secondsLeft).reduce(0, +) }
    /// The number of runs that are neither done nor failed.
    public var runsLeft: Int { parts.reduce(0) { $0 + $1.runs - $1.done - $1.failed } }

    init(_ session: StudySession, _ costs: StudyCosts) throws {
        let grid = session.grid
        title = grid.study.title
        let done = try StudyCosts.done(grid, session.folder)
        // A task that several rows share belongs to the first of them.
        let names = grid.study.models.keys.sorted() + grid.study.rows.map(\.name)
        parts = try names.compactMap { name in
            let tasks = session.wanted.filter { $0.name == name }
            guard let first = tasks.first else { return nil }
            let states = try tasks.map(session.progress)
            let left = zip(tasks, states).filter { $1 == .open }.map(\.0)
            let times = try left.compactMap { try session.seconds(of: $0, costs, done: done) }
            return Part(
                name: name, group: grid.study.rows.first { $0.name == name }?.group,
                kind: first.kind, runs: tasks.count, done: states.count { $0 == .done },
                failed: states.count { $0 == .failed },
                secondsLeft: times.count == left.count ? times.reduce(0, +) : nil)
        }
    }

    /// The total as a sentence.
    public var summary: String {
        let all = parts.reduce(0) { $0 + $1.runs }
        let count = "\(all) runs, \(runsLeft) of them left"
        guard secondsLeft > 0 else { return count }
        let isPartial = parts.contains { part in
            part.secondsLeft == nil && part.runs > part.done + part.failed
        }
        return count + "; about \(ProgressBar.time(secondsLeft)) for one process"
            + (isPartial ? ", and those whose time is unknown" : "")
    }
}
