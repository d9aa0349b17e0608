import GestaltMotion
import GestaltTensor
import TestSupport
import Testing

@Suite struct TrackTests {
    /// A clip of one pixel with gray colors.
    static func pixel(_ grays: [UInt8]) -> Tensor<UInt8> {
        Tensor(shape: [grays.count, 1, 1, 3], scalars: grays.flatMap { [$0, $0, $0] })
    }

    @Test func framesOfOneColorShareTheirMean() {
        let tracks = ColorTracks(of: Self.pixel([10, 12, 100, 12, 20]))
        let mean = tracks.averaged(Tensor(shape: [5, 1, 1], scalars: [0.25, 0.5, 1, 0.75, 0]))
        #expect(mean.scalars == [0.5, 0.5, 1, 0.5, 0])
    }

    @Test func equalityOfColorsIsNotTransitive() {
        let tracks = ColorTracks(of: Self.pixel([0, 4, 8]))
        let mean = tracks.averaged(Tensor(shape: [3, 1, 1], scalars: [0, 0.5, 0.25]))
        #expect(mean.scalars == [0.25, 0.25, 0.375])
    }

    @Test func noiseWidensTheTolerance() {
        let noise = CameraNoise(standardDeviation: 1.5)
        #expect(ColorTracks(of: Self.pixel([0]), noise: noise).tolerance == 9)
        #expect(ColorTracks(of: Self.pixel([0])).tolerance == 4)
    }

    @Test func classesAreAveragedAsByTheDefinition() {
        let clip = Scene.pushed.clip.withNoise(2, seed: 1)
        let tracks = ColorTracks(of: clip, tolerance: 5)
        let p: Tensor<Float> = .sample([17, 20, 20, 3], in: 0...1)
        let mean = tracks.averaged(p)
        for (y, x) in [(4, 4), (13, 13), (0, 19)] {
            for t in 0..<17 {
                func color(_ t: Int) -> [Int] { clip[t, y, x].scalars.map(Int.init) }
                let equal = (0..<17).filter { u in
                    zip(color(t), color(u)).allSatisfy { abs($0 - $1) <= 5 }
                }
                for k in 0..<3 {
                    let sum = equal.reduce(Float(0)) { $0 + p[scalar: $1, y, x, k] }
                    #expect(abs(mean[scalar: t, y, x, k] - sum / Float(equal.count)) < 1e-6)
                }
            }
        }
    }

    /// The number of threads is of the whole process, so the test has one of its own.
    @Test func threadsDoNotChangeResults() async {
        await #expect(processExitsWith: .success) {
            let clip = Scene.pushed.clip.withNoise(2, seed: 1)
            let tracks = ColorTracks(of: clip, tolerance: 5)
            let p: Tensor<Float> = .sample([17, 20, 20, 3], in: 0...1)
            let labels = clip[3, 0..., 0..., 0]
            func results() -> [Tensor<Float>] {
                [
                    tracks.averaged(p), tracks.propagated(labels, from: 3).cast(to: Float.self),
                    LabelPropagation(radius: 3).labels(ofClip: p, from: p[3], frame: 3),
                ]
            }
            Runtime.threads = 1
            let one = results()
            Runtime.threads = 3
            precondition(one == results(), "results of one and of three threads differ")
        }
    }

    @Test func labelsFollowColors() {
        let scene = Scene.pushed
        var labels = scene.map { t, y, x in scene.isCovered(t, y, x) }[2].cast(to: UInt8.self)
        labels[scalar: 0, 0] = 255
        let propagated = ColorTracks(of: scene.clip).propagated(labels, from: 2)
        let expected: [UInt8] = (0..<17).flatMap { t in
            (0..<400).map { i in
                let (y, x) = (i / 20, i % 20)
                if i == 0 || scene.isCovered(t, y, x) != scene.isCovered(2, y, x) { return 255 }
                return scene.isCovered(t, y, x) ? 1 : 0
            }
        }
        #expect(propagated.scalars == expected)
    }
}
