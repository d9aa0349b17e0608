import Foundation
import GestaltData
import GestaltMetrics
import GestaltRecipes
import GestaltTensor
import TestSupport
import Testing

/// Reports of masks of two classes on made clips, compared image by image.
@Suite struct ReportComparisonTests {
    private let folder = TemporaryFolder()

    /// Six clips of two frames: the upper half is class 1, the lower class 2.
    private static func data(clips: Int = 6) throws -> DataSet {
        try LabelReportTests.set(clips: clips, frames: 2) { _, _ in LabelReportTests.halves(1, 2) }
    }

    /// Predictions that name the lower half class 1 in images from `start`, counted over the set.
    private static func report(
        _ data: DataSet, wrongFrom start: Int, classCount: Int = 3
    ) throws -> SegmentationReport {
        try SegmentationReport(on: data, every: 1, classCount: classCount) { frames in
            Tensor(
                shape: [frames.count, 4, 4],
                scalars: frames.flatMap { index in
                    index.clip * 2 + index.frame < start
                        ? LabelReportTests.halves(1, classCount > 1 ? 2 : 1)
                        : LabelReportTests.halves(1, classCount > 1 ? 1 : 0)
                })
        }
    }

    @Test func imagesBelongToTheirFrames() throws {
        let report = try Self.report(Self.data(), wrongFrom: 11)
        #expect(report.images.map(\.frame) == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
        #expect(report.images.map(\.clip) == (0..<6).flatMap { ["c\($0)", "c\($0)"] })
        #expect(report.images[10].classes == [1, 1] && report.images[11].classes == [0.5, 0])
        #expect(report.images.allSatisfy { $0.iou == 1 }, "every pixel is some class")
    }

    @Test func differencesOfForegroundAndOfAClass() throws {
        let data = try Self.data()
        let good = try Self.report(data, wrongFrom: 12)
        let half = try Self.report(data, wrongFrom: 6)
        let foreground = try ReportComparison([("a", good)], against: [("b", half)])
        #expect(foreground.difference?.estimate == 0 && foreground.imageCount == 12)
        let objects = try ReportComparison(
            [("a", good), ("b", half)], against: [("b", half)], label: 2)
        #expect(objects.method.runs == [1, 0.5] && objects.method.mean == 0.75)
        #expect(objects.baseline?.mean == 0.5 && objects.baseline?.deviation == nil)
        #expect(objects.difference?.estimate == 0.25)
        let alone = try ReportComparison([("a", good)])
        #expect(alone.baseline == nil && alone.difference == nil)
    }

    @Test func reportsAreReadAsTheyAreWritten() throws {
        let report = try Self.report(Self.data(), wrongFrom: 5)
        let path = folder.path("report.json")
        try JSONEncoder().encode(report).write(to: URL(filePath: path))
        let read = try SegmentationReport.read([path])
        #expect(read.count == 1 && read[0].name == path && read[0].report == report)
    }

    @Test func reportsOfOtherImagesAreNamed() throws {
        let good = try Self.report(Self.data(), wrongFrom: 12)
        let fewer = try Self.report(Self.data(clips: 5), wrongFrom: 12)
        let binary = try Self.report(Self.data(), wrongFrom: 12, classCount: 1)
        #expect {
            try ReportComparison([("a", good)], against: [("few.json", fewer)])
        } throws: { error in
            "\(error)".hasPrefix("few.json: expected 12 images") && "\(error)".contains("found 10")
        }
        #expect {
            try ReportComparison([("a", good), ("two.json", binary)], label: 2)
        } throws: { error in
            "\(error)" == "two.json: expected scores of class 2, found foreground alone"
        }
        let path = folder.path("other.json")
        try Data("{\"iou\": 1}".utf8).write(to: URL(filePath: path))
        #expect(throws: ReportMismatch.self) { try SegmentationReport.read([path]) }
    }
}
