import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finite scalar quantization: each channel of a latent is bounded and rounded to one of a few
/// levels; the code is the number with these digits. No loss, and no table to learn.
///
/// With L levels, w = ⌊L/2⌋, half = (L − 1)(1 + 10⁻³)/2, o = ½ for even L, else 0, and
/// s = atanh(o / half): `b = tanh(z + s)·half − o`, `n = round(b)`, value `n / w`, digit `n + w`,
/// code `Σᵢ digitᵢ · Π_{j<i} L_j`: the first channel's digit runs fastest. An even level's values
/// end at 1 − 1/w. Rounding has slope 1: `∂value/∂z = half·(1 − tanh²(z + s))/w`.
///
/// The symmetric variant, the only one with 2 levels, has the values −1 … 1 in equal steps:
/// `2/(L−1)·⌊(L−1)(tanh z + 1)/2 + ½⌋ − 1`, slope `1 − tanh² z`. For an even L, z = 0 lies on a
/// threshold.
///
/// - Shapes: latents `[N, …, D]`, D the number of levels listed.
/// - Source: Mentzer et al., *Finite Scalar Quantization* (2023), with atanh where its listing has
///   tan; the symmetric variant: Parker et al. (2024), section 2.2.
public struct FiniteScalarQuantizer: Quantizer {
    /// The number of levels of each channel.
    public let levels: [Int]
    public let isSymmetric: Bool

    /// - Precondition: `Configuration.validate()` accepts the levels.
    public init(levels: [Int], symmetric: Bool = false) {
        require(
            !levels.isEmpty && levels.allSatisfy { $0 > 1 },
            "FiniteScalarQuantizer: levels \(levels)")
        self.levels = levels
        isSymmetric = symmetric
    }

    public var codeCount: Int { levels.reduce(1, *) }
    public var embeddingWidth: Int { levels.count }

    public func callAsFunction(_ latents: Tensor<Float>, _ context: Context) -> Quantized {
        let bounded = bounded(latents)
        let digits = digits(of: bounded.detached)
        let codes = codes(ofDigits: digits)
        // NaN stays, so that the loss shows a model that has diverged.
        let exact = values(ofDigits: digits) + bounded.detached * 0
        return Quantized(
            codes: codes, embeddings: bounded.straightThrough(to: exact),
            loss: Tensor(0), perplexity: CodeFrequencies(of: codes).perplexity)
    }

    public func codes(of latents: Tensor<Float>) -> Tensor<Int32> {
        let latents = latents.checkedLatents("FSQ", width: levels.count)
        return codes(ofDigits: digits(of: bounded(latents).detached))
    }

    public func embeddings(of codes: Tensor<Int32>) -> Tensor<Float> {
        values(ofDigits: digits(ofCodes: codes))
    }

    public mutating func visit(_ visitor: inout some ParameterVisitor) {}
}

extension FiniteScalarQuantizer {
    /// The widening of the outermost thresholds: a bound that is reached only at infinity would
    /// leave the last level's slope 0.
    private static var widening: Double { 1e-3 }

    private var halves: [Double] { levels.map { Double($0 - 1) * (1 + Self.widening) / 2 } }
    private var offsets: [Double] { levels.map { $0 % 2 == 0 ? 0.5 : 0 } }

    /// The latents bounded to the scale of the values, not yet rounded: b / w.
    private func bounded(_ latents: Tensor<Float>) -> Tensor<Float> {
        require(
            latents.rank > 0 && latents.shape[-1] == levels.count,
            "FSQ: latents \(latents.shape), levels \(levels)")
        guard !isSymmetric else { return latents.tanh() }
        func row(_ values: [Double]) -> Tensor<Float> { Tensor(values.map { Float($0) }) }
        let shift = row(zip(offsets, halves).map { atanh($0 / $1) })
        let middle = row(levels.map { Double($0 / 2) })
        return ((latents + shift).tanh() * row(halves) - row(offsets)) / middle
    }

    /// `[…, D]` to `[…, D]`, each digit 0 ..< its level; 0 for NaN.
    func digits(of bounded: Tensor<Float>) -> Tensor<Int32> {
        let steps = levels.map { isSymmetric ? Float($0 - 1) / 2 : Float($0 / 2) }
        return Tensor(uninitialized: bounded.shape) { digits in
            bounded.withScalars { values in
                for place in digits.indices {
                    let level = levels[place % levels.count]
                    let step = steps[place % levels.count]
                    let raw =
                        isSymmetric
                        ? (values[place] * step + step + 0.5).rounded(.down)
                        : (values[place] * step).rounded(.toNearestOrEven) + step
                    let digit = raw.isNaN ? 0 : min(max(raw, 0), Float(level - 1))
                    digits.initializeElement(at: place, to: Int32(digit))
                }
            }
        }
    }

    private func codes(ofDigits digits: Tensor<Int32>) -> Tensor<Int32> {
        let width = levels.count
        return Tensor(uninitialized: Shape(digits.shape.dropLast())) { codes in
            digits.withScalars { digits in
                for place in codes.indices {
                    // Horner's scheme from the last digit, the slowest.
                    let code = (0..<width).reversed().reduce(Int32(0)) {
                        $0 * Int32(levels[$1]) + digits[place * width + $1]
                    }
                    codes.initializeElement(at: place, to: code)
                }
            }
        }
    }

    /// - Precondition: every code is in 0 ..< K.
    func digits(ofCodes codes: Tensor<Int32>) -> Tensor<Int32> {
        let (width, count) = (levels.count, codeCount)
        return Tensor(uninitialized: Shape(codes.shape.dimensions + [width])) { digits in
            codes.withScalars { codes in
                for place in codes.indices {
                    require(
                        codes[place] >= 0 && codes[place] < count,
                        "FSQ: code \(codes[place]) of \(count)")
                    var rest = codes[place]
                    for (channel, level) in levels.enumerated() {
                        let (next, digit) = rest.quotientAndRemainder(dividingBy: Int32(level))
                        digits.initializeElement(at: place * width + channel, to: digit)
                        rest = next
                    }
                }
            }
        }
    }

    private func values(ofDigits digits: Tensor<Int32>) -> Tensor<Float> {
        Tensor(uninitialized: digits.shape) { values in
            digits.withScalars { digits in
                for place in values.indices {
                    let (digit, level) = (digits[place], levels[place % levels.count])
                    let value =
                        isSymmetric
                        ? Float(2 * digit) / Float(level - 1) - 1
                        : Float(digit - Int32(level / 2)) / Float(level / 2)
                    values.initializeElement(at: place, to: value)
                }
            }
        }
    }
}

extension FiniteScalarQuantizer {
    /// `fsq:LEVELS[:symmetric]`, the levels separated by commas: `fsq:8,5,5,5`.
    public struct Configuration: QuantizerConfiguration {
        public static let kind = "fsq"
        public static let grammar = "fsq:LEVELS[:symmetric], such as fsq:8,5,5,5"
        /// The number of levels of each channel.
        public var levels: [Int]
        /// Whether values are symmetric about 0; required by 2 levels.
        public var symmetric: Bool

        public init(levels: [Int], symmetric: Bool = false) {
            require(
                !levels.isEmpty && levels.allSatisfy { $0 > 1 },
                "FiniteScalarQuantizer: levels \(levels)")
            self.levels = levels
            self.symmetric = symmetric
        }

        public init(
            named name: ComponentName, usual: QuantizerSize
        ) throws(ConfigurationError) {
            var arguments = name.arguments
            symmetric = arguments.flag("symmetric")
            let words = (arguments.next() ?? "")
                .split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            levels = words.compactMap { $0 }
            guard levels.count == words.count else {
                throw arguments.error("quantizer", grammar: Self.grammar)
            }
            try arguments.finish("quantizer", grammar: Self.grammar)
        }

        public var size: QuantizerSize {
            // Of levels that are not valid the product may overflow.
            let codes = levels.reduce(1) {
                let (product, overflow) = $0.multipliedReportingOverflow(by: $1)
                return overflow ? .max : product
            }
            return QuantizerSize(codes: codes, width: levels.count)
        }
        public var summary: String {
            "FSQ of \(levels.map(String.init).joined(separator: "·")) levels"
                + (symmetric ? ", symmetric" : "")
        }

        public func validate() throws(ConfigurationError) {
            let least = symmetric ? 2 : 3
            try check(
                (1...64).contains(levels.count), "levels", "1 to 64 numbers", levels)
            try check(
                levels.allSatisfy { (least...1024).contains($0) }, "levels",
                symmetric
                    ? "numbers from 2 to 1024"
                    : "numbers from 3 to 1024; 2 levels need the symmetric variant", levels)
            var codes = 1
            for level in levels where codes <= QuantizerSize.mostCodes { codes *= level }
            try check(
                codes <= QuantizerSize.mostCodes, "levels", "a product of at most 2²⁴", levels)
        }

        public func quantizer(random: inout RandomStream) -> any Quantizer {
            FiniteScalarQuantizer(levels: levels, symmetric: symmetric)
        }
    }
}
