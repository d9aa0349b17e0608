import GestaltData
import GestaltMedia
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct AnnotationTests {
    /// Two frames: ids 0, 1, 7, 9, 12 and an ignored pixel; then none but ignored ones.
    static func clip(_ categories: [UInt8: UInt8]?) -> Clip {
        Clip(
            name: "a", frames: .init(repeating: 9, shape: [2, 2, 3, 3]),
            masks: Tensor(
                shape: [2, 2, 3],
                scalars: [0, 1, 7, 9, 12, 255, 255, 255, 255, 255, 255, 255]),
            categories: categories)
    }

    static let kinds: [UInt8: UInt8] = [1: 1, 7: 3, 9: 2, 12: 3]

    static func classes(
        _ categories: [UInt8: UInt8]?, into count: Int, _ meaning: LabelMeaning = .classes
    ) throws -> [UInt8]? {
        let set = DataSet(name: "set", clips: [clip(categories)], labelMeaning: meaning)
        // The same from a source that is read when needed.
        let lazy = try DataSet(
            Source(clip: clip(categories), labelMeaning: meaning), name: "set",
            cache: ClipCache(limit: 0))
        let one = try set.classified(into: count)
        let other = try lazy.classified(into: count)
        #expect(one.infos() == other.infos() && one.labelSummary == other.labelSummary)
        #expect(try other.clip(at: 0).masks == one.clips[0].masks)
        #expect(count == 1 || one.clips[0].categories == nil)
        return one.clips[0].masks.map { Array($0.scalars.prefix(6)) }
    }

    private struct Source: ClipSource {
        let clip: Clip
        let labelMeaning: LabelMeaning
        var count: Int { 1 }
        var description: String { "a" }
        func clip(at index: Int) -> Clip { clip }
    }

    @Test func instancesCountAsTheirCategory() throws {
        #expect(try Self.classes(Self.kinds, into: 4) == [0, 1, 3, 2, 3, 255])
        #expect(try Self.classes(Self.kinds, into: 9) == [0, 1, 3, 2, 3, 255])
        #expect(try Self.classes(Self.kinds, into: 3, .instances) == [0, 1, 2, 2, 2, 255])
        #expect(try Self.classes(Self.kinds, into: 1) == [0, 1, 7, 9, 12, 255])
        #expect(try Self.classes(nil, into: 8, .instances) == [0, 1, 7, 7, 7, 255])
        #expect(try Self.classes(nil, into: 13) == [0, 1, 7, 9, 12, 255])
    }

    @Test func categoriesBeyondTheClassesAreAnError() throws {
        let error = #expect(throws: ClipError.self) { try Self.classes(Self.kinds, into: 3) }
        #expect(error?.description.contains("set, a, frame 0: label 7") ?? false)
        let missing = #expect(throws: ClipError.self) {
            try Self.classes([1: 1, 7: 2, 9: 2], into: 3, .instances)
        }
        #expect(missing?.description.contains("label 12") ?? false)
    }

    @Test func anAnnotationListsWhatIsSeen() throws {
        let annotation = try #require(Self.clip(Self.kinds).annotation(of: 0))
        #expect(annotation.ids.scalars == [0, 1, 7, 9, 12, 255])
        #expect(annotation.instances.map(\.id) == [1, 7, 9, 12])
        #expect(annotation.instances.map(\.category) == [1, 3, 2, 3])
        #expect(annotation.instances.allSatisfy { $0.pixelCount == 1 })
        #expect(Self.clip(Self.kinds).annotation(of: 1) == nil)
        #expect(Self.clip(nil).annotation(of: 0)?.instances.map(\.category) == [1, 7, 9, 12])
    }

    @Test func categoriesBeyondTheLastClassShareIt() throws {
        var set = DataSet(name: "set", clips: [Self.clip(Self.kinds)], labelMeaning: .instances)
        set.categories = [
            LabelCategory("ground"), LabelCategory("arm"), LabelCategory("cup"),
            LabelCategory("ball", color: Color(1, 2, 3)),
        ]
        #expect(set.classNames == ["ground", "arm", "cup", "ball"])
        #expect(try set.classified(into: 3).classNames == ["ground", "arm", "cup or ball"])
        #expect(try set.classified(into: 4).categories == set.categories)
    }

    @Test(arguments: ["sample", "synthetic:1"])
    func robotPushHasArmAndObjects(_ location: String) throws {
        RobotPush.register()
        let set = try DataSet.open(location)
        #expect(set.classNames == ["background", "arm", "object"])
        let clip = try set.clip(at: 0)
        let instances = try #require(clip.annotation(of: 0)).instances
        #expect(instances.allSatisfy { $0.category == ($0.id == 1 ? 1 : 2) } && instances.count > 2)
        // As before categories: things are one class.
        let plain = DataSet(
            name: "plain",
            clips: [Clip(name: clip.name, frames: clip.frames, masks: clip.masks)],
            labelMeaning: .instances)
        for count in [2, 3] {
            #expect(
                try set.classified(into: count).clips[0].masks
                    == plain.classified(into: count).clips[0].masks)
        }
        #expect(try set.classified(into: 2).classNames == ["background", "arm or object"])
    }

    @Test(arguments: ["sample", "synthetic:1"], [4, 5, 9])
    func moreClassesThanCategoriesTellObjectsApart(_ location: String, _ count: Int) throws {
        RobotPush.register()
        let set = try DataSet.open(location)
        let masks = try #require(set.clips[0].masks)
        let classified = try #require(set.classified(into: count).clips[0].masks)
        // Ids number the arm 1 and objects from 2 on; the last class takes the rest.
        #expect(
            classified.scalars
                == masks.scalars.map { $0 == Clip.ignoredLabel ? $0 : min($0, UInt8(count - 1)) })
        #expect(Set(classified.scalars).isSuperset(of: [0, 1, 2, 3]))
        #expect(
            try set.classified(into: 5).classNames
                == ["background", "arm", "object 1", "object 2", "object 3 or later"])
    }

    @Test func instancesOfTheLastCategoryCountInTheOrderOfTheirIds() throws {
        func classes(_ count: Int, _ meaning: LabelMeaning) throws -> [UInt8] {
            var set = DataSet(name: "set", clips: [Self.clip(Self.kinds)], labelMeaning: meaning)
            set.classNames = ["ground", "arm", "cup", "ball"]
            return Array(try set.classified(into: count).clips[0].masks?.scalars.prefix(6) ?? [])
        }
        #expect(try classes(4, .instances) == [0, 1, 3, 2, 3, 255])
        #expect(try classes(5, .instances) == [0, 1, 3, 2, 4, 255])
        #expect(try classes(9, .instances) == [0, 1, 3, 2, 4, 255])
        #expect(try classes(9, .classes) == [0, 1, 3, 2, 3, 255])
    }

    @Test func seriesOfAnyWidthFollowTheirFrames() throws {
        let numbers = Tensor<Float>(shape: [6, 2], scalars: (0..<12).map(Float.init))
        var clip = Clip(
            name: "a", frames: .init(repeating: 0, shape: [6, 4, 4, 3]),
            actions: Tensor(shape: [6, 1], scalars: (0..<6).map(Float.init)),
            series: ["joints": numbers])
        #expect(clip.actions?.shape == [6, 1] && clip.positions == nil)
        #expect(clip.window(2..<4).series["joints"]?.scalars == [4, 5, 6, 7])
        #expect(clip.window(2..<4).actions?.scalars == [2, 3])
        #expect(ClipInfo(clip).seriesWidths == ["actions": 1, "joints": 2])
        #expect(ClipInfo(clip).actionWidth == 1 && clip.byteCount == 6 * 16 * 3 + 4 * 18)
        clip.actions = nil
        #expect(Array(clip.series.keys) == ["joints"])
    }

    @Test func seriesThatDoNotFitAreRefused() async {
        await #expect(processExitsWith: .failure) {
            _ = Clip(
                name: "a", frames: .init(repeating: 0, shape: [6, 4, 4, 3]),
                series: ["joints": Tensor<Float>.zeros([5, 2])])
        }
    }
}
