import GestaltData
import GestaltTensor
import Testing

/// CutMix, copy-paste and the medians of clips.
@Suite struct BatchMixingTests {
    /// Item `n` has the color and the label `n + 1` in the upper left quarter, 100 + n and 0 else.
    private func batch(_ count: Int = 4) -> LabeledPictures {
        var colors: [Float] = []
        var ids: [UInt8] = []
        for item in 0..<count {
            for pixel in 0..<64 {
                let isForeground = pixel / 8 < 4 && pixel % 8 < 4
                ids.append(isForeground ? UInt8(item + 1) : 0)
                colors.append(isForeground ? Float(item + 1) : Float(100 + item))
            }
        }
        let map = Tensor<Float>(shape: [count, 8, 8, 1], scalars: colors)
        return LabeledPictures(
            frames: concatenated([map, map, map], axis: -1),
            masks: Tensor(shape: [count, 8, 8], scalars: ids), maps: [map])
    }

    private func mixed(
        _ backgrounds: LabeledPictures? = nil, _ change: (inout BatchMixing.Item) -> Void
    ) -> LabeledPictures {
        var items = [BatchMixing.Item](repeating: .init(), count: 4)
        change(&items[0])
        return BatchMixing(items: items).mixed(batch(), backgrounds: backgrounds)
    }

    @Test func rectanglesComeWithTheirMasksAndMaps() {
        let result = mixed {
            $0.rectangle = 2
            $0.region = PixelRegion(rows: 2..<6, columns: 3..<8)
        }
        for y in 0..<8 {
            for x in 0..<8 {
                let taken = (2..<6).contains(y) && x >= 3
                let source = batch().masks[taken ? 2 : 0][y, x]
                #expect(result.masks[0, y, x] == source)
                let color = batch().maps[0][taken ? 2 : 0, y, x, 0].scalar
                #expect(result.frames[0, y, x].scalars == [color, color, color])
                #expect(result.maps[0][scalar: 0, y, x, 0] == color)
            }
        }
        #expect(result.frames[1...] == batch().frames[1...])
    }

    @Test func foregroundsCoverAndLeaveTheRest() {
        var batch = batch()
        batch.masks[2, 0, 0] = 255
        var items = [BatchMixing.Item](repeating: .init(), count: 4)
        items[0].foreground = 2
        let result = BatchMixing(items: items).mixed(batch)
        // Pasted where the other's foreground is, except for its ignored pixel.
        #expect(result.masks[scalar: 0, 0, 0] == 1 && result.frames[scalar: 0, 0, 0, 1] == 1)
        #expect(result.masks[scalar: 0, 3, 3] == 3 && result.frames[scalar: 0, 3, 3, 2] == 3)
        #expect(result.masks[scalar: 0, 5, 5] == 0 && result.maps[0][scalar: 0, 5, 5, 0] == 100)
        #expect(result.masks[2] == batch.masks[2])
    }

    @Test func backgroundsReplaceTheItem() {
        var backgrounds = batch()
        backgrounds.frames = backgrounds.frames * 0 + 50
        backgrounds.maps = [backgrounds.maps[0] * 0 + 50]
        backgrounds.masks = .zeros([4, 8, 8])
        let result = mixed(backgrounds) { ($0.foreground, $0.isOnMedian) = (1, true) }
        #expect(result.masks[0] == batch().masks[1])
        #expect(result.frames[scalar: 0, 1, 1, 0] == 2 && result.frames[scalar: 0, 6, 6, 0] == 50)
        #expect(result.maps[0][scalar: 0, 6, 6, 0] == 50)
    }

    @Test func drawsHaveTheSharesThatAreSet() {
        let augmentation = Augmentation(cutMix: 0.25, copyPaste: 0.75)
        var random = DrawSequence(state: 1)
        var (rectangles, foregrounds, medians, area) = (0, 0, 0, 0)
        for _ in 0..<500 {
            let mixing = augmentation.drawMixing(items: 4, height: 20, width: 30, using: &random)
            for (place, item) in mixing.items.enumerated() {
                #expect(item.foreground != place && item.rectangle != place)
                #expect((0..<4).contains(item.foreground ?? 0))
                foregrounds += item.foreground == nil ? 0 : 1
                medians += item.isOnMedian ? 1 : 0
                guard item.rectangle != nil else { continue }
                rectangles += 1
                area += item.region.rows.count * item.region.columns.count
                #expect(item.region.rows.upperBound <= 20 && item.region.columns.upperBound <= 30)
            }
        }
        #expect((430...570).contains(rectangles), "\(rectangles) of 2000")
        #expect((1420...1580).contains(foregrounds), "\(foregrounds) of 2000")
        #expect((650...850).contains(medians), "\(medians) of \(foregrounds)")
        // Half on average, less what the edges cut.
        let share = Double(area) / Double(rectangles * 600)
        #expect(share > 0.25 && share < 0.5, "\(share)")
        let alone = augmentation.drawMixing(items: 1, height: 4, width: 4, using: &random)
        #expect(alone.isEmpty)
    }

    @Test(arguments: [1, 2, 3, 4, 7, 300])
    func mediansAreLowerMedians(frameCount: Int) {
        let numbers = (0..<(frameCount * 30)).map {
            UInt8(truncatingIfNeeded: $0 * $0 * 7 + $0 / 3)
        }
        let clip = Clip(
            name: "c", frames: Tensor(shape: [frameCount, 2, 5, 3], scalars: numbers))
        let expected = (0..<30).map { place in
            (0..<frameCount).map { numbers[$0 * 30 + place] }.sorted()[(frameCount - 1) / 2]
        }
        #expect(clip.medianFrame().scalars == expected)
    }

    @Test func foregroundGivesWayToTheMedian() throws {
        // A bright pixel that moves over a dark ground; one that rests; one ignored.
        var frames = Tensor<UInt8>(repeating: 20, shape: [3, 1, 4, 3])
        var masks = Tensor<UInt8>.zeros([3, 1, 4])
        for frame in 0..<3 {
            frames[frame, 0, frame] = Tensor<UInt8>(repeating: 220, shape: [3])
            masks[frame, 0, frame] = 1
        }
        for frame in 0..<3 {
            frames[frame, 0, 3] = Tensor<UInt8>(repeating: 180, shape: [3])
            masks[frame, 0, 3] = 2
        }
        masks[0, 0, 1] = 255
        let clip = Clip(name: "c", frames: frames, masks: masks)
        let clear = clip.withoutForeground(median: clip.medianFrame())
        #expect(clear.frames[0, 0, 0..., 0].scalars == [20, 20, 20, 180])
        #expect(try #require(clear.masks)[0, 0].scalars == [0, 255, 0, 255])
        #expect(clear.frames[1, 0, 0..., 0].scalars == [20, 20, 20, 180])
    }
}

/// Batches of the loaders with everything switched on.
@Suite struct StrongBatchTests {
    private func source(_ augmentation: Augmentation = .strong) -> FrameBatches {
        LoaderTests.frames(order: .shuffled(seed: 9), augmentation: augmentation)
    }

    @Test func stepsDependOnTheirNumberAlone() throws {
        let expected = try (0..<4).map { try source().batch(at: $0) }
        let again = source()
        for step in [2, 0, 3, 1] {
            let batch = try again.batch(at: step)
            #expect(batch.frames == expected[step].frames && batch.masks == expected[step].masks)
        }
        let clips = try ClipBatches(
            LoaderTests.clips, length: 3, batchSize: 3, order: .shuffled(seed: 2),
            augmentation: .strong)
        let batch = try clips.batch(at: 1)
        #expect(batch.frames.shape == [3, 3, 16, 16, 3] && batch.masks?.shape == [3, 3, 16, 16])
        #expect(try clips.batch(at: 1).frames == batch.frames)
    }

    @Test func mixingLeavesWhatIsNotMixed() throws {
        var unmixed = Augmentation.strong
        (unmixed.cutMix, unmixed.copyPaste) = (0, 0)
        var changed = 0
        for step in 0..<12 {
            let (a, b) = (try source().batch(at: step), try source(unmixed).batch(at: step))
            for place in 0..<4 where a.frames[place] != b.frames[place] { changed += 1 }
        }
        // Three of four on average: half have a rectangle, half a foreground.
        #expect((24...44).contains(changed), "\(changed) of 48")
    }

    @Test func pastedForegroundsAreThoseOfTheBatch() throws {
        let only = source(Augmentation(copyPaste: 1))
        let plain = source(.none)
        for step in 0..<6 {
            let (mixed, batch) = (try only.batch(at: step), try plain.batch(at: step))
            let (masks, before) = (try #require(mixed.masks), try #require(batch.masks))
            for place in 0..<4 {
                // Everything labeled in the result was labeled so there in some item; ids of
                // instances are numbered again.
                let categories = try #require(mixed.categories[place])
                for (pixel, id) in masks[place].scalars.enumerated() where id != 0 && id != 255 {
                    let isThere = (0..<4).contains {
                        batch.categories[$0]?[before[$0].scalars[pixel]] == categories[id]
                    }
                    #expect(isThere, "\(step), \(place)")
                }
            }
        }
    }
}
