import GestaltNN
import GestaltPrior
import GestaltTensor
import GestaltVQVAE
import Harness

/// One step of sampling, from the codes before to the codes drawn, at five lengths of the filled
/// cache, against the time that reading its weights and that cache alone would take.
///
/// A round measures, at each position, one reading of as many bytes and one step, so that whatever
/// slows the machine for a while slows both; the ratio is the median over the rounds.
struct SampleStep {
    private let batch: Int
    private let storage: String
    private let format: DecodingFormat
    private let runs: Int
    private let preset: VideoPredictorConfiguration.Preset

    init(_ options: inout Options) {
        let formats: KeyValuePairs<String, DecodingFormat> = [
            "float32": .float32, "bfloat16": .bfloat16,
            "bfloat16-weights": DecodingFormat(weights: .bfloat16),
        ]
        let names = VideoPredictorConfiguration.Preset.allCases.map(\.rawValue)
        let storage = options.choice("--storage", of: formats.map(\.key), default: "float32")
        let name = options.choice("--preset", of: names, default: "publicBAIR")
        self.storage = storage
        format = formats.first { $0.key == storage }?.value ?? .float32
        preset = VideoPredictorConfiguration.Preset(rawValue: name) ?? .publicBAIR
        batch = options.number("--batch", default: 1, in: 1...4096)
        runs = options.number("--runs", default: 15)
        options.finish()
    }

    func run() {
        printHeader("a step of sampling, \(preset), batch \(batch), \(storage)")
        let (prior, codebook, condition) = prepared()
        let weights = DecodingWeights(prior, codebook: codebook, format: format)
        let cache = DecodingCache(weights, condition, clips: [Int](repeating: 0, count: batch))
        let speed = ReadSpeed(byteCount: 192 << 20)
        var random = RandomStream(seed: 3)
        var codes = Tensor<Int32>((0..<batch).map { Int32($0) })
        let tokens = weights.configuration.tokens
        let positions = [0, tokens / 4, tokens / 2, 3 * tokens / 4, tokens - 1]
        cache.fill(to: tokens - 1, random: RandomStream(seed: 2))

        var rounds = Rounds(positions: positions)
        for round in 0..<runs + 2 {
            var bytes = 0
            var steps: [Double] = []
            var floors: [Double] = []
            for position in positions {
                cache.move(to: position)
                let needed = weights.bytesReadPerStep + cache.bytesRead(at: position)
                bytes += needed
                floors.append(speed.seconds(reading: needed))
                let time = Measurement(warmUps: 0, runs: 1) {
                    codes = random.categorical(weights.logits(after: codes, cache))
                    return 0
                }
                steps.append(time.median)
            }
            // The first two rounds warm up.
            if round > 1 { rounds.add(steps, floors, bytes) }
        }
        let peak = peakMebibytes
        let deviation = deviation(
            weights, from: DecodingWeights(prior, codebook: codebook), condition)
        report(rounds, weights, cache, peak, deviation)
    }

    /// The largest difference of the logits of the first 48 positions from those with everything in
    /// float32, and the root of the mean square, as shares of the logits' own root mean square.
    private func deviation(
        _ weights: DecodingWeights, from exact: DecodingWeights, _ condition: PriorCondition
    ) -> (largest: Double, rms: Double) {
        let caches = [weights, exact].map { DecodingCache($0, condition, clips: [0]) }
        var (largest, squares, reference, count) = (0.0, 0.0, 0.0, 0.0)
        for position in 0..<48 {
            let codes =
                position == 0
                ? nil : Tensor<Int32>([Int32(position * 31 % weights.configuration.codeCount)])
            let found = weights.logits(after: codes, caches[0])
            let expected = exact.logits(after: codes, caches[1])
            let difference = found - expected
            largest = max(largest, Double(difference.abs().max().scalar))
            squares += Double(difference.squared().sum().scalar)
            reference += Double(expected.squared().sum().scalar)
            count += Double(expected.count)
        }
        let scale = (reference / count).squareRoot()
        return (largest / scale, (squares / count).squareRoot() / scale)
    }

    /// Random weights, with an output that is not zero, and the features of a random frame.
    private func prepared() -> (VideoPrior, Tensor<Float>, PriorCondition) {
        let tokenizer: VQVAEConfiguration =
            switch preset {
            case .publicBAIR: .publicBAIR
            case .small: .small
            case .tiny: .tiny
            }
        let configuration = try! VideoPredictorConfiguration(
            preset, tokenizer: tokenizer, frames: 16, height: 64, width: 64)
        var random = RandomStream(seed: 1)
        var prior = VideoPrior(configuration.prior, random: &random)
        prior.output = random.normal(
            [configuration.prior.width, configuration.prior.codeCount], standardDeviation: 0.02)
        let codebook: Tensor<Float> = random.normal([tokenizer.codeCount, tokenizer.embeddingWidth])
        let condition = prior.condition(
            frames: random.uniform([1, 1, 64, 64, 3], in: -0.5..<0.5), .inference)
        return (prior, codebook, condition)
    }

    private func report(
        _ rounds: Rounds, _ weights: DecodingWeights, _ cache: DecodingCache, _ peak: Double,
        _ deviation: (largest: Double, rms: Double)
    ) {
        let seconds = rounds.positionSeconds.reduce(0, +) / Double(rounds.positions.count)
        print(
            "step \(fixed(seconds * 1e3, 2)) ms, floor \(fixed(rounds.floor * 1e3, 2)) ms, ratio "
                + "\(fixed(rounds.ratio, 2)) (best round \(fixed(rounds.bestRatio, 2)))")
        printJSON([
            "side": quoted("gestalt"), "case": quoted("sample-step"),
            "variant": quoted("batch \(batch)"), "form": quoted(storage),
            "threads": "\(Runtime.threads)", "runs": "\(runs)",
            "dtype": quoted(storage == "float32" ? "float32" : "bfloat16"), "batch": "\(batch)",
            "storage": quoted(storage), "model": quoted("\(preset)"),
            "positions": "\(rounds.positions)",
            "seconds": fixed(seconds, 6),
            "position_seconds": "["
                + rounds.positionSeconds.map { fixed($0, 6) }
                .joined(separator: ", ") + "]",
            "floor_seconds": fixed(rounds.floor, 6), "ratio_to_floor": fixed(rounds.ratio, 3),
            "best_ratio_to_floor": fixed(rounds.bestRatio, 3),
            "weight_bytes": "\(weights.bytesReadPerStep)", "cache_bytes": "\(cache.byteCount)",
            "read_gb_per_second": fixed(rounds.bytesPerSecond * 1e-9, 2),
            "logit_deviation_largest": fixed(deviation.largest, 5),
            "logit_deviation_rms": fixed(deviation.rms, 5), "peak_mib": fixed(peak, 1),
        ])
    }
}

/// What the rounds measured.
private struct Rounds {
    private var steps: [[Double]]
    private var floors: [Double] = []
    private var ratios: [Double] = []
    private var speeds: [Double] = []

    let positions: [Int]

    init(positions: [Int]) {
        self.positions = positions
        steps = positions.map { _ in [] }
    }

    mutating func add(_ seconds: [Double], _ floor: [Double], _ bytes: Int) {
        for (position, time) in seconds.enumerated() { steps[position].append(time) }
        floors.append(floor.reduce(0, +) / Double(floor.count))
        ratios.append(seconds.reduce(0, +) / floor.reduce(0, +))
        speeds.append(Double(bytes) / floor.reduce(0, +))
    }

    var positionSeconds: [Double] { steps.map(median) }
    var floor: Double { median(floors) }
    var ratio: Double { median(ratios) }
    var bestRatio: Double { ratios.min() ?? .nan }
    var bytesPerSecond: Double { median(speeds) }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
