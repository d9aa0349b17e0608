import GestaltData
import GestaltFitting
import GestaltRecipes
import GestaltTensor
import TestSupport
import Testing

@Suite struct HeldOutTests {
    @Test(arguments: [2, 3, 10, 25])
    func filmsAreHeldOutAsAWhole(count: Int) {
        let facts = Facts.films(count)
        let held = HeldOut(from: facts)
        #expect(held.basis == .films)
        #expect(held.films.count == max(1, Int((0.2 * Double(count)).rounded())))
        #expect(held.labeledCount == 3 * held.films.count)
        #expect(held == HeldOut(from: facts), "the same films each time")
        let rest = facts.clips.filter { !held.films.contains($0.film) }.flatMap(\.labeled)
        #expect(Set(rest.flatMap(\.classes)) == [1, 2], "each category is still learned")
    }

    @Test func ofOneFilmAStretchIsHeldOut() {
        let facts = Facts.films(
            1, length: 1000, labelsAt: Array(stride(from: 0, to: 1000, by: 100)))
        let held = HeldOut(from: facts)
        #expect(held.basis == .frames && held.labeledCount == 2)
        #expect(held.stretch == 750..<1000)
    }

    @Test func aSingleLabelIsLearned() {
        #expect(HeldOut(from: Facts.films(1, labelsAt: [4])).basis == .none)
    }

    @Test(arguments: [1, 2, 8])
    func noHeldOutFrameIsTrainedOn(films: Int) {
        let facts = Facts.films(films)
        let held = HeldOut(from: facts)
        let selection = FrameSelection.labeled(
            of: DataChoice("nowhere"), facts, held, frames: .max)
        let unlabeled = FrameSelection.unlabeled(
            of: DataChoice("nowhere"), facts, held, frames: .max)
        func frames(_ windows: [FrameSelection.Window]) -> Set<[Int]> {
            Set(windows.flatMap { window in window.frames.map { [window.clip, $0] } })
        }
        func labels(_ windows: [FrameSelection.Window]) -> Int {
            windows.reduce(0) { $0 + ($1.labeled?.count ?? 0) }
        }
        #expect(frames(selection.train) == frames(unlabeled.train))
        #expect(frames(selection.train).isDisjoint(with: frames(selection.heldOut)))
        #expect(labels(selection.heldOut) == held.labeledCount)
        #expect(labels(selection.train) == facts.labeledCount - held.labeledCount)
        if films > 1 {
            #expect(frames(selection.train).count == 100 * (films - held.films.count))
        }
    }

    @Test func fewFramesKeepAllLabels() {
        let facts = Facts.films(6, length: 1000)
        let held = HeldOut(from: facts)
        let selection = FrameSelection.labeled(
            of: DataChoice("nowhere"), facts, held, frames: 10)
        #expect(selection.train.allSatisfy { $0.labeled?.isEmpty == false })
        let unlabeled = FrameSelection.unlabeled(
            of: DataChoice("nowhere"), facts, held, frames: 320)
        #expect(unlabeled.train.reduce(0) { $0 + $1.count } <= 320)
        #expect(Set(unlabeled.train.map(\.clip)).count == 5, "spread over all films")
    }

    @Test func clipsOfRecordsAreFilmsOfTheirOwn() throws {
        let facts = try FrameFacts(of: DataChoice("sample"), labels: 10)
        #expect(facts.clips.allSatisfy { $0.name.contains(".tfrecords") && $0.film == $0.name })
    }

    @Test func aStoredSelectionOpensAsData() throws {
        let folder = TemporaryFolder()
        FittingKinds.register()
        let source = DataChoice("synthetic:3", seed: 5)
        let windows = [
            FrameSelection.Window(split: .train, clip: 2, start: 3, count: 8, labeled: [4, 9]),
            FrameSelection.Window(split: .train, clip: 0, start: 0, count: 30),
        ]
        let selection = FrameSelection(
            source: source, train: windows,
            heldOut: [FrameSelection.Window(split: .validation, clip: 1, start: 0, count: 5)])
        let path = folder.path("frames.json")
        try selection.write(to: path)
        #expect(try FrameSelection(contentsOf: path) == selection)
        let choice = selection.choice(storedAt: path)
        let set = try choice.open(.train, masks: .required)
        let whole = try source.open(.train, masks: .required)
        #expect(set.lengths == [8, 30] && set.classNames == whole.classNames)
        #expect(set.info(at: 0).labeledFrames == [1, 6])
        let clip = try whole.clip(at: 2)
        #expect(try set.clip(at: 0).frames.scalars == clip.frames[3..<11].scalars)
        #expect(try set.clip(at: 0).masks?[1].scalars == clip.masks?[4].scalars)
        #expect(try choice.open(.validation, masks: .required).lengths == [5])
        #expect(try choice.open(.train, masks: .ignored).labeledFrameCount == 0)
        let beyond = FrameSelection(
            source: source,
            train: [FrameSelection.Window(split: .train, clip: 9, start: 0, count: 3)])
        #expect(throws: ClipError.self) {
            try beyond.open(.train, named: "beyond", options: source.options(masks: .ifPresent))
        }
    }
}
