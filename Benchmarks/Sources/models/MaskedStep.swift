import GestaltMAGVIT
import GestaltTensor
import Harness

/// One of the twelve passes of decoding with the masked prior `small`, from codes to codes with the
/// drawing of noise, for some samples at once.
///
/// The passes of whole predictions are measured, between their reports of progress: the first one,
/// before which the frame is encoded, and the decoding to pixels are left out.
struct MaskedStep {
    let batch: Int
    let runs: Int

    func run() throws {
        printHeader("a step of decoding with the masked prior, batch \(batch)")
        var random = RandomStream(seed: 1)
        let predictor = MaskedPredictor(try .ofSmallClips, random: &random)
        let frame = sample([1, 1, 64, 64, 3], seed: 5) * 0.5
        let options = MaskedDecoding(batch: batch)
        let clock = ContinuousClock()
        var times: [Double] = []
        var sum = 0.0
        for run in 0...runs {
            let steps = Steps(clock.now)
            let forecast = try predictor.predict(
                frames: frame, samples: batch, options: options,
                random: RandomStream(seed: UInt64(run))
            ) { _ in steps.add(clock.now) }
            sum = Double(forecast.codes.scalars.reduce(0) { $0 &+ $1 })
            // The first prediction warms up.
            if run > 0 { times += steps.seconds }
        }
        let time = Measurement(seconds: times, checksum: sum)
        print("step \(fixed(time.median * 1e3, 1)) ms (±\(fixed(time.spread * 100, 0)) %)")
        printRecord("masked-step", "batch \(batch)", time, ["model": quoted("small")])
    }
}

/// The times of the steps of a prediction, which reports them on its own thread, one after the
/// other.
private final class Steps: @unchecked Sendable {
    private var last: ContinuousClock.Instant
    private var all: [Double] = []

    init(_ start: ContinuousClock.Instant) { last = start }

    func add(_ now: ContinuousClock.Instant) {
        all.append((now - last).seconds)
        last = now
    }

    var seconds: [Double] { Array(all.dropFirst()) }
}
