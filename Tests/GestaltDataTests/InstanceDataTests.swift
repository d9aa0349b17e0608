import GestaltData
import GestaltTensor
import Testing

@Suite struct InstanceDataTests {
    private static func categories(
        _ known: [UInt8: UInt8]?, into count: Int
    ) throws -> [UInt8: UInt8]? {
        let set = DataSet(
            name: "set", clips: [AnnotationTests.clip(known)], labelMeaning: .instances)
        let result = try set.categorized(into: count)
        #expect(result.clips[0].masks == set.clips[0].masks)
        #expect(result.info(at: 0).categories == result.clips[0].categories)
        return result.clips[0].categories?.filter { [1, 7, 9, 12].contains($0.key) }
    }

    @Test func instancesKeepTheirIDsAndGetTheirClass() throws {
        let kinds = AnnotationTests.kinds
        #expect(try Self.categories(kinds, into: 9) == kinds)
        #expect(try Self.categories(kinds, into: 3) == [1: 1, 7: 2, 9: 2, 12: 2])
        #expect(try Self.categories(kinds, into: 2) == [1: 1, 7: 1, 9: 1, 12: 1])
        #expect(try Self.categories(nil, into: 3) == [1: 1, 7: 2, 9: 2, 12: 2])
    }

    @Test func aSetThatIsReadWhenNeededAgrees() throws {
        struct Source: ClipSource {
            var count: Int { 1 }
            var labelMeaning: LabelMeaning { .instances }
            var description: String { "a" }
            func clip(at index: Int) -> Clip { AnnotationTests.clip(AnnotationTests.kinds) }
        }
        let lazy = try DataSet(Source(), name: "set", cache: ClipCache(limit: 0))
            .categorized(into: 3)
        #expect(!lazy.isInMemory)
        #expect(try lazy.clip(at: 0).categories == lazy.info(at: 0).categories)
        #expect(lazy.info(at: 0).categories?[12] == 2)
    }

    @Test func idsThatAreClassesOrHaveNoneAreErrors() {
        let classes = DataSet(name: "set", clips: [AnnotationTests.clip(nil)])
        let error = #expect(throws: ClipError.self) { try classes.categorized(into: 3) }
        #expect(error?.description.contains("--instances") ?? false)
        let missing = #expect(throws: ClipError.self) {
            try Self.categories([1: 1, 7: 2], into: 3)
        }
        #expect(missing?.description.contains("label 9") ?? false)
    }

    /// Clips of one frame with two squares, ids 1 and 2 in all clips.
    private func clips(_ count: Int, categories: [UInt8: UInt8]?) -> [Clip] {
        (0..<count).map { number in
            var masks = Tensor<UInt8>.zeros([1, 16, 16])
            masks[0, 2..<6, 2..<6] = Tensor(repeating: 1, shape: [4, 4])
            masks[0, 9..<14, 3 + number..<6 + number] = Tensor(repeating: 2, shape: [5, 3])
            return Clip(
                name: "\(number)", frames: .init(repeating: UInt8(number), shape: [1, 16, 16, 3]),
                masks: masks, categories: categories)
        }
    }

    private func batch(
        _ augmentation: Augmentation, categories: [UInt8: UInt8]?
    ) throws -> FrameBatch {
        try FrameBatches(
            clips(6, categories: categories),
            frames: LabeledFrames.every(1, of: .init(repeating: 1, count: 6)),
            batchSize: 6, order: .shuffled(seed: 3), augmentation: augmentation
        ).batch(at: 0)
    }

    @Test func batchesHaveCategories() throws {
        let own: [UInt8: UInt8] = [1: 1, 2: 2]
        #expect(try batch(.none, categories: own).categories == .init(repeating: own, count: 6))
        #expect(try batch(.flip, categories: nil).categories == .init(repeating: nil, count: 6))
    }

    /// Pasted over each other, instances of two frames keep their pixels and classes apart.
    @Test func mixedInstancesStayApart() throws {
        let augmentation = Augmentation(cutMix: 0.5, copyPaste: 1)
        let plain = try batch(augmentation, categories: nil)
        let mixed = try batch(augmentation, categories: [1: 1, 2: 2])
        #expect(mixed.frames == plain.frames)
        let (before, after) = (plain.masks!, mixed.masks!)
        var most = 0
        for item in 0..<6 {
            let categories = try #require(mixed.categories[item])
            let ids = Set(after[item].scalars).subtracting([0, 255])
            #expect(Set(categories.keys) == ids)
            most = max(most, ids.count)
            for (old, new) in zip(before[item].scalars, after[item].scalars) {
                // The class of a pixel is what it was: ids 1 and 2 were classes 1 and 2.
                let isThing = old != 0 && old != 255
                #expect(isThing ? categories[new] == old : new == old)
            }
        }
        // Two squares of two frames do not cover each other wholly.
        #expect(most > 2)
    }
}
