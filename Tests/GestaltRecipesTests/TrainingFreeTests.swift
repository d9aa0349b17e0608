import Foundation
import GestaltData
import GestaltMetrics
import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltRecipes
import GestaltRobotPush
import GestaltTensor
import GestaltTraining
import GestaltVideo
import TestSupport
import Testing

/// The pixels themselves as features.
private struct PixelEncoder: VisualEncoder {
    var sizeMultiple: Int { 1 }

    func latentShape(height: Int, width: Int) -> LatentShape {
        LatentShape(slots: 1, height: height, width: width, channels: 3, stride: 1)
    }

    func encode(_ frames: Tensor<Float>, _ context: Context) -> Latent {
        Latent(frames.expanded(axis: 1), stride: 1)
    }

    mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

@Suite struct FeaturePropagationTests {
    /// Red and green squares that move to the right by a column a frame, on blue.
    private static func film() -> Clip {
        var frames = Tensor<UInt8>.zeros([6, 12, 16, 3])
        frames[..., 2] = Tensor(repeating: 200, shape: [6, 12, 16])
        var masks = Tensor<UInt8>.zeros([6, 12, 16])
        for time in 0..<6 {
            for (id, rows, color) in [(3, 1..<5, [250, 20, 20]), (7, 7..<11, [20, 250, 20])] {
                for row in rows {
                    for column in 2 + time..<6 + time {
                        frames[time, row, column] = Tensor(color.map(UInt8.init))
                        masks[scalar: time, row, column] = UInt8(id)
                    }
                }
            }
        }
        return Clip(name: "squares", frames: frames, masks: masks)
    }

    @Test(arguments: [true, false]) func labelsFollowTheirFeatures(stretches: Bool) throws {
        let film = Self.film()
        let masks = try #require(film.masks)
        var settings = PropagationSettings()
        (settings.radius, settings.stretchesLabels) = (4, stretches)
        let propagation = try FeaturePropagation(by: PixelEncoder(), settings)
        #expect(try propagation.labels(of: film, first: masks[0]) == masks)
    }

    @Test func ignoredPixelsAreBackground() throws {
        let film = Self.film()
        var first = try #require(film.masks)[0]
        first[0] = Tensor(repeating: Clip.ignoredLabel, shape: [16])
        let labels = try FeaturePropagation(by: PixelEncoder()).labels(of: film, first: first)
        #expect(Set(labels.scalars) == [0, 3, 7])
    }

    /// An encoder that reads three frames has windows of three, not of sixteen.
    @Test func encodersOfEarlierFramesPropagate() throws {
        let set = try CommonFateTests.twoClips()
        BuiltIns.register()
        var random = RandomStream(seed: 0)
        let name: ComponentName = "resnet:2:frames=3"
        let encoder = try Encoders.type(of: name).init(
            named: name, on: SmallPredictor.predictor { $0.conditioning?.frames = 3 },
            random: &random)
        let clip = set.clips[0].window(0..<4)
        let first = try #require(clip.masks)[0]
        let labels = try FeaturePropagation(by: encoder).labels(of: clip, first: first)
        #expect(labels.shape == [4, 64, 64])
    }

    @Test func settingsThatMakeNoSense() {
        var settings = PropagationSettings()
        settings.temperature = 0
        #expect(throws: ConfigurationError.self) {
            try FeaturePropagation(by: PixelEncoder(), settings)
        }
        settings = PropagationSettings()
        settings.neighbors = 0
        #expect(throws: ConfigurationError.self) { try settings.validate() }
    }

    @Test func aReportOfObjects() throws {
        let set = try CommonFateTests.twoClips()
        BuiltIns.register()
        var random = RandomStream(seed: 0)
        let encoder = try Encoders.type(of: "resnet:2").init(
            named: "resnet:2", on: SmallPredictor.predictor(), random: &random)
        let report = try PropagationReport(of: encoder, on: set)
        #expect(report.propagated.sequences.count == 2 && report.confidence == nil)
        #expect(report.propagated.objects.map(\.label) == report.unchanged.objects.map(\.label))
        #expect(report.unchanged.score(.jAndF) < 1, "objects move")
        #expect(report.metrics.map(\.name).prefix(2) == ["j_and_f", "j"])
        #expect(report.metrics.allSatisfy { $0.value.isFinite })
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(PropagationReport.self, from: data) == report)
    }
}

@Suite struct FeaturePictureTests {
    @Test func componentsOfGreatestVarianceAreColors() throws {
        // Variances 100, 25 and 4 along channels 2, 0 and 3.
        var stream = RandomStream(seed: 5)
        var features = Tensor<Float>.zeros([400, 4])
        for row in 0..<400 {
            for (channel, size) in [(2, 10), (0, 5), (3, 2)] {
                features[scalar: row, channel] =
                    Float(stream.integer(in: 0..<2) * 2 - 1)
                    * Float(size)
            }
        }
        let colors = try PrincipalColors(of: features.reshaped([1, 20, 20, 4]))
        #expect(colors.axes.shape == [4, 3])
        for (component, channel) in [2, 0, 3].enumerated() {
            #expect(abs(colors.axes[scalar: channel, component]) > 0.95)
        }
        #expect(abs(colors.shares.reduce(0, +) - 1) < 1e-5 && colors.shares[0] > 0.7)
        let picture = colors.picture(of: features.reshaped([20, 20, 4]))
        #expect(picture.shape == [20, 20, 3])
        let reds = Set(picture[..., 0].scalars)
        #expect(reds.contains { $0 < 40 } && reds.contains { $0 > 215 })
    }

    @Test func fewChannelsAndEqualFeatures() throws {
        let colors = try PrincipalColors(of: Tensor<Float>.ones([2, 3, 3, 2]))
        let picture = colors.picture(of: .ones([3, 3, 2]))
        #expect(Set(picture.scalars) == [127, 0])
        #expect(colors.shares == [0, 0])
    }

    @Test func sheetsHaveARowForEachFrame() throws {
        let latents: Tensor<Float> = .sample([2, 3, 4, 4, 5], in: -1...1)
        let sheet = try LatentSheet(
            of: .zeros([2, 16, 16, 3]), latents: latents, magnification: 1)
        // Four pictures of 16 pixels and gaps of 4, two rows.
        #expect(sheet.picture.shape == [2 * 20 + 4, 4 * 20 + 4, 3])
    }

    @Test func similarFramesAndPatchesAreFound() {
        var latents: Tensor<Float> = .sample([5, 3, 4, 8], in: -1...1)
        latents[4] = latents[1] * 2
        let frames = NearestFeatures(ofFrames: latents)
        let similar = frames.nearest(to: frames.features[1], count: 2)
        #expect(similar.map(\.place) == [[1], [4]])
        #expect(similar.allSatisfy { abs($0.similarity - 1) < 1e-5 })
        let patches = NearestFeatures(ofPatches: latents)
        let others = patches.nearest(to: latents[1, 2, 3], count: 1) { $0[0] != 1 }
        #expect(others.map(\.place) == [[4, 2, 3]])
        #expect(patches.nearest(to: latents[0, 0, 0], count: 100).count == 60)
    }
}
