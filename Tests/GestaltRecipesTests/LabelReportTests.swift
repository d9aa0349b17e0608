import Foundation
import GestaltData
import GestaltMetrics
import GestaltNN
import GestaltRecipes
import GestaltSegHeads
import GestaltTensor
import GestaltTraining
import Testing

/// Reports on clips with few labels, ignored pixels and absent classes.
@Suite struct LabelReportTests {
    /// Clips of `frames` frames of 4 × 4; a frame's mask by clip and frame, nil for none.
    static func set(
        clips: Int, frames: Int, meaning: LabelMeaning = .classes,
        _ mask: (Int, Int) -> [UInt8]?
    ) throws -> DataSet {
        DataSet(
            name: "made",
            clips: (0..<clips).map { clip in
                let labels = (0..<frames).flatMap {
                    mask(clip, $0) ?? [UInt8](repeating: 255, count: 16)
                }
                return Clip(
                    name: "c\(clip)",
                    frames: .init(repeating: UInt8(clip), shape: [frames, 4, 4, 3]),
                    masks: Tensor(shape: [frames, 4, 4], scalars: labels))
            }, labelMeaning: meaning)
    }

    /// The upper half of `upper`, the lower half of `lower`.
    static func halves(_ upper: UInt8, _ lower: UInt8) -> [UInt8] {
        [UInt8](repeating: upper, count: 8) + [UInt8](repeating: lower, count: 8)
    }

    @Test func onlyLabeledFramesCount() throws {
        let data = try Self.set(clips: 2, frames: 40) { clip, frame in
            frame % 13 == 2 && clip == 0 ? Self.halves(1, 0) : nil
        }
        var seen: [FrameIndex] = []
        let report = try SegmentationReport(on: data, every: 5) { frames in
            seen += frames
            return Tensor(
                shape: [frames.count, 4, 4], scalars: frames.flatMap { _ in Self.halves(1, 0) })
        }
        #expect(seen.map(\.frame) == [2, 15, 28] && seen.allSatisfy { $0.clip == 0 })
        #expect(report.imageCount == 3 && report.clipCount == 1)
        #expect(report.perImage.iou == 1 && report.micro.iou == 1 && report.boundaryF == 1)
    }

    /// Whatever is predicted where the truth is ignored: every number stays.
    @Test(arguments: [1, 2, 3, 4]) func ignoredPixelsCountInNoScore(classCount: Int) throws {
        var random = RandomStream(seed: UInt64(classCount))
        let ids = max(2, classCount)
        let masks = (0..<12).map { _ in
            (0..<16).map { _ in
                random.integer(in: 0..<4) == 0 ? 255 : UInt8(random.integer(in: 0..<ids))
            }
        }
        let data = try Self.set(clips: 6, frames: 2) { masks[$0 * 2 + $1] }
        let guesses = (0..<12).map { _ in
            (0..<16).map { _ in UInt8(random.integer(in: 0..<ids)) }
        }
        func report(filling: (Int) -> UInt8) throws -> SegmentationReport {
            try SegmentationReport(on: data, every: 1, classCount: classCount) { frames in
                let labels = frames.flatMap { index in
                    let place = index.clip * 2 + index.frame
                    return (0..<16).map {
                        masks[place][$0] == 255 ? filling($0) : guesses[place][$0]
                    }
                }
                return Tensor(shape: [frames.count, 4, 4], scalars: labels)
            }
        }
        let first = try report { _ in 0 }
        #expect(try report { UInt8($0 % ids) } == first)
        #expect(try report { _ in UInt8(ids - 1) } == first)
        #expect(first.confidence != nil && first.classes.count == max(0, classCount - 1))
    }

    @Test func absentClassesHaveNoScoreAndEnterNoMean() throws {
        var data = try Self.set(clips: 6, frames: 1) { clip, _ in
            Self.halves(clip < 3 ? 1 : 0, 0)
        }
        data.classNames = ["ground", "arm"]
        let report = try SegmentationReport(on: data, every: 1, classCount: 21) { frames in
            Tensor(shape: [frames.count, 4, 4], scalars: frames.flatMap { _ in Self.halves(1, 0) })
        }
        #expect(report.classes.count == 20)
        // Class 1: three pictures right, three where it was not.
        #expect(report.classes[0].perImage.iou == 0.5 && report.classes[0].pictures == 6)
        #expect(report.classes[0].name == "arm" && report.classes[1].name == nil)
        #expect(report.classes.dropFirst().allSatisfy { $0.perImage.iou.isNaN && $0.pictures == 0 })
        #expect(report.meanIoU == 0.5)
        let names = report.metrics.map(\.name)
        #expect(names.contains("iou_class_1") && !names.contains("iou_class_2"))
        #expect(report.measures.map(\.name).contains("iou_class_20"))
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(json.contains("\"iou\":null") && json.contains("\"per_image\""))
        #expect(
            try JSONDecoder().decode(SegmentationReport.self, from: Data(json.utf8)) == report)
    }

    /// A picture without the class says nothing about it; one where only the guess has it does.
    @Test func classesAreScoredWhereTheyOccur() throws {
        let data = try Self.set(clips: 4, frames: 1) { clip, _ in Self.halves(clip < 2 ? 2 : 1, 0) }
        let report = try SegmentationReport(on: data, every: 1, classCount: 3) { frames in
            Tensor(
                shape: [frames.count, 4, 4],
                scalars: frames.flatMap { Self.halves($0.clip < 2 ? 2 : 0, 0) })
        }
        #expect(report.classes.map(\.pictures) == [2, 2])
        #expect(report.classes.map(\.perImage.iou) == [0, 1])
        #expect(report.meanIoU == 0.5)
    }

    @Test func foregroundThatNobodyHasHasNoScore() throws {
        let data = try Self.set(clips: 6, frames: 1) { _, _ in Self.halves(0, 0) }
        let report = try SegmentationReport(on: data, every: 1) { .zeros([$0.count, 4, 4]) }
        #expect(report.perImage.iou.isNaN && report.micro.dice.isNaN && report.confidence == nil)
        #expect(!report.metrics.map(\.name).contains("iou"))
        let json = String(decoding: try JSONEncoder().encode(report), as: UTF8.self)
        #expect(json.contains("\"confidence\":null"))
        let wrong = try SegmentationReport(on: data, every: 1) { .ones([$0.count, 4, 4]) }
        #expect(wrong.perImage.iou == 0 && wrong.boundaryF == nil && report.boundaryF == nil)
    }

    @Test(arguments: [1, 4, 5, 9]) func intervalsNeedFiveClips(clips: Int) throws {
        let data = try Self.set(clips: clips, frames: 2) { _, _ in Self.halves(1, 0) }
        let report = try SegmentationReport(on: data, every: 1) { .ones([$0.count, 4, 4]) }
        #expect((report.confidence != nil) == (clips >= 5))
        #expect(report.clipCount == clips && report.imageCount == 2 * clips)
    }

    @Test func idsBeyondTheClassesAreAnErrorOrTheLastClass() throws {
        func report(_ meaning: LabelMeaning) throws -> SegmentationReport {
            let data = try Self.set(clips: 1, frames: 1, meaning: meaning) { _, _ in
                Self.halves(7, 0)
            }
            return try SegmentationReport(on: data, every: 1, classCount: 3) { frames in
                Tensor(shape: [1, 4, 4], scalars: Self.halves(2, 0))
            }
        }
        #expect(try report(.instances).classes[1].perImage.iou == 1)
        let error = #expect(throws: ClipError.self) { try report(.classes) }
        #expect(error?.description.contains("made, c0, frame 0: label 7") ?? false)
    }

    /// Ignored pixels and unlabeled frames are not background.
    @Test func theMeanMaskIsOfPixelsThatCount() throws {
        let data = try Self.set(clips: 1, frames: 4) { _, frame in
            [Self.halves(1, 255), Self.halves(0, 1), nil, Self.halves(0, 255)][frame]
        }
        let mean = try MeanMask(of: data)
        #expect(mean.share[0].scalars == [1, 1, 1, 1].map { Float($0) / 3 })
        #expect(mean.share[3].scalars == [1, 1, 1, 1])
    }

    @Test func scoresThatAreNotFiniteEndTheReport() throws {
        let data = try Self.set(clips: 1, frames: 3) { _, _ in Self.halves(1, 0) }
        var random = RandomStream(seed: 1)
        let configuration = UNetConfiguration(
            widths: [2], input: PictureInput(height: 4, width: 4))
        var model = UNet(configuration, random: &random)
        _ = try SegmentationReport(of: model, on: data)
        model.mapState { _, value in .init(repeating: .nan, shape: value.shape) }
        let error = #expect(throws: NonFiniteScores.self) {
            try SegmentationReport(of: model, on: data)
        }
        #expect(error?.picture == "made, c0, frame 0")
    }
}
