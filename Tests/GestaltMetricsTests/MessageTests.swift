import GestaltMetrics
import GestaltTensor
import Testing

/// Mistakes of the programmer end the program with a sentence, in optimized builds too.
@Suite struct MessageTests {
    @Test func shapes() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            var ratio = PeakSignalToNoise()
            ratio.add(prediction: .zeros([4, 4, 3]), truth: .zeros([4, 5, 3]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("PeakSignalToNoise.add") && text.contains("[4, 5, 3]"))
    }

    @Test func codes() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            var usage = CodeUsage(codeCount: 4)
            usage.add(Tensor<Int32>([1, 7]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("CodeUsage.add: code 7 of 4"))
    }
}

@Suite struct BootstrapOfNothingTests {
    @Test func intervalsOfNaN() {
        let bootstrap = Bootstrap(resamples: 50)
        let all = bootstrap.interval(groupCount: 3) { _ in .nan }
        #expect(all.estimate.isNaN && all.lower.isNaN && all.upper.isNaN)
        // A class that only clip 0 has: figures without it are left out.
        let some = bootstrap.interval(groupCount: 2) { $0.contains(0) ? 0.25 : .nan }
        #expect(some.estimate == 0.25 && some.lower == 0.25 && some.upper == 0.25)
    }
}
