import Foundation
import GestaltData
import GestaltMetrics
import GestaltTensor
import TestSupport
import Testing

/// Scores of methods that need no network, on the test split of robot-push: every fifth frame of 60
/// clips. The published table was made by another program.
@Suite(.tags(.peer), .enabled(if: OutsideFiles.data.isThere, "\(OutsideFiles.data.message)"))
struct ReferenceScoreTests {
    private static let every = 5
    private let test: DataSet
    private let folder: String

    init() throws {
        folder = try #require(OutsideFiles.data.file("robot-push")).path
        test = try DataSet.open(folder, split: .test, options: ClipOptions(masks: .required))
    }

    /// Half a unit of the last printed digit.
    private func agrees(_ score: Double, _ printed: Double) -> Bool {
        abs(score - printed) < 0.0005
    }

    private func table(
        _ columns: [CountTable.Column] = [.foreground],
        _ prediction: (Clip, _ frame: Int) -> Tensor<UInt8>
    ) -> CountTable {
        var table = CountTable(columns: columns)
        for clip in test.clips {
            for frame in stride(from: 0, to: clip.frameCount, by: Self.every) {
                table.add(prediction: prediction(clip, frame), truth: clip.masks![frame])
            }
        }
        return table
    }

    @Test func everythingIsForeground() {
        let all = Tensor<UInt8>.ones([64, 64])
        let table = table { _, _ in all }
        #expect(table.imageCount == 360)
        #expect(agrees(table.score(.iou, .perImage), 0.176))
        #expect(agrees(table.score(.iou, .micro), 0.176))
    }

    @Test func meanOfTheTrainingMasks() throws {
        let train = try DataSet.open(
            folder, split: .train, options: ClipOptions(masks: .required))
        var counts = [Int](repeating: 0, count: 64 * 64)
        for clip in train.clips {
            clip.masks!.withScalars { mask in
                for pixel in mask.indices where mask[pixel] > 0 {
                    counts[pixel % counts.count] += 1
                }
            }
        }
        let frames = train.lengths.reduce(0, +)
        let mask = Tensor<UInt8>(
            shape: [64, 64], scalars: counts.map { 4 * $0 > frames ? 1 : 0 })
        let table = table { _, _ in mask }
        #expect(agrees(table.score(.iou, .perImage), 0.314))
        #expect(agrees(table.score(.iou, .micro), 0.309))
    }

    @Test func whatDiffersFromTheMedianOfTheClip() {
        var masks: [String: Tensor<UInt8>] = [:]
        for clip in test.clips { masks[clip.name] = Self.changes(clip) }
        let table = table { clip, frame in masks[clip.name]![frame] }
        #expect(agrees(table.score(.iou, .perImage), 0.507))
        #expect(agrees(table.score(.iou, .micro), 0.505))
    }

    /// `[T, H, W]`: 1 where a channel is not the median of the clip there. The median of an even
    /// number is the mean of the two in the middle, compared twice over to stay whole.
    private static func changes(_ clip: Clip) -> Tensor<UInt8> {
        let (count, pixels) = (clip.frameCount, clip.height * clip.width)
        return clip.frames.withScalars { values in
            var result = [UInt8](repeating: 0, count: count * pixels)
            for place in 0..<pixels * 3 {
                let series = (0..<count).map { Int(values[$0 * pixels * 3 + place]) }
                let sorted = series.sorted()
                let doubled = sorted[(count - 1) / 2] + sorted[count / 2]
                for frame in 0..<count where 2 * series[frame] != doubled {
                    result[frame * pixels + place / 3] = 1
                }
            }
            return Tensor(shape: [count, clip.height, clip.width], scalars: result)
        }
    }
}
