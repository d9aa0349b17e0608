import GestaltChecks

/// One spatial axis of a convolution.
@_spi(Benchmarks) public struct ConvolutionAxis: Sendable, Hashable {
    public var input: Int
    public var output: Int
    public var kernel: Int
    public var stride: Int
    public var dilation: Int
    /// Zeros before and after the input.
    public var before: Int
    public var after: Int

    /// The placeholder for an axis that a convolution of lower rank lacks.
    static let unit = ConvolutionAxis(
        input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, before: 0, after: 0)

    /// Input positions from a kernel's first tap to its last.
    var extent: Int { dilation * (kernel - 1) + 1 }
}

/// The geometry of a convolution: everything that determines its computation except the values.
///
/// `y[q] = Σ_κ x[q·stride − before + κ·dilation] · w[κ]`, x being 0 outside. Ranks 1 to 3 are one
/// case: missing axes have length 1. A transposed convolution is described by the convolution whose
/// transpose it is, so its input here is `outputShape` and its output `inputShape`.
@_spi(Benchmarks) public struct ConvolutionGeometry: Sendable, Hashable, CustomStringConvertible {
    /// Spatial axes of the tensors: 1, 2 or 3.
    public let rank: Int
    public let batch: Int
    /// Three axes, outermost first.
    public let axes: [ConvolutionAxis]
    public let inputChannels: Int
    public let outputChannels: Int
    public let groups: Int
    /// Whether a frame of the value depends, to the bit, on nothing but the frames that it reads;
    /// see ``Tensor/convolution(_:bias:stride:padding:dilation:groups:activation:framewise:)``.
    public let isFramewise: Bool

    /// The geometry of a convolution of `input` `[N, spatial…, Cin]` with `weight`
    /// `[kernel…, Cin / groups, Cout]`. Empty lists mean ones.
    ///
    /// - Precondition: ranks 1 to 3 that agree, positive strides, dilations and groups, padding not
    ///   negative, channels that fit the weight and divide by `groups`, at least one output.
    public init(
        input: Shape, weight: Shape, stride: [Int] = [], padding: Padding = .valid,
        dilation: [Int] = [], groups: Int = 1, framewise: Bool = false
    ) {
        let asked = Request(
            name: "convolution", input: input, weight: weight, stride: stride, padding: padding,
            dilation: dilation, groups: groups)
        var axes: [ConvolutionAxis] = []
        for i in 0..<asked.rank {
            var axis = asked.axis(i)
            axis.input = input[i + 1]
            (axis.before, axis.after) = asked.zeros(i, of: axis)
            let room = axis.input + axis.before + axis.after - axis.extent
            axis.output = room < 0 ? 0 : room / axis.stride + 1
            asked.check(
                room >= 0,
                "a kernel that spans \(axis.extent) does not fit along spatial axis \(i)"
                    + " of length \(axis.input) with \(axis.before) + \(axis.after) zeros")
            axes.append(axis)
        }
        let (cin, cout) = (weight[-2] * groups, weight[-1])
        asked.check(
            input[-1] == cin, "the weight takes \(cin) channels, the input has \(input[-1])")
        asked.check(
            cout % groups == 0, "\(cout) output channels do not divide by \(groups) groups")
        self.init(
            rank: asked.rank, batch: input[0], axes: axes, inputChannels: cin, outputChannels: cout,
            groups: groups, isFramewise: framewise)
    }

    /// The geometry of the convolution whose transpose maps `input` `[N, spatial…, Cin]` with
    /// `weight` `[kernel…, Cin, Cout / groups]` to a larger image.
    ///
    /// An axis of length n becomes `(n − 1)·stride − before − after + dilation·(kernel − 1) + 1 +
    /// outputPadding`, or `stride·n` with `.same`.
    ///
    /// - Precondition: as for a convolution; `outputPadding` not negative, below the stride, and
    ///   zero with `.same`.
    public init(
        transposedInput input: Shape, weight: Shape, stride: [Int] = [], padding: Padding = .valid,
        outputPadding: [Int] = [], dilation: [Int] = [], groups: Int = 1
    ) {
        let asked = Request(
            name: "transposedConvolution", input: input, weight: weight, stride: stride,
            padding: padding, dilation: dilation, groups: groups)
        let extra = asked.filled(outputPadding, with: 0, "outputPadding")
        var axes: [ConvolutionAxis] = []
        for i in 0..<asked.rank {
            var axis = asked.axis(i)
            axis.output = input[i + 1]
            let full = (axis.output - 1) * axis.stride + axis.extent
            if case .same = padding {
                asked.check(
                    extra[i] == 0, "padding .same leaves no room for outputPadding \(extra)")
                axis.input = axis.stride * axis.output
                axis.before = max(0, (axis.extent - axis.stride) / 2)
                axis.after = max(0, full - axis.input - axis.before)
            } else {
                (axis.before, axis.after) = asked.zeros(i, of: axis)
                asked.check(
                    extra[i] >= 0 && extra[i] < axis.stride,
                    "outputPadding \(extra) must be at least 0 and below the stride")
                axis.input = full - axis.before - axis.after + extra[i]
            }
            asked.check(axis.input > 0, "spatial axis \(i) would have the length \(axis.input)")
            axes.append(axis)
        }
        let (cin, cout) = (weight[-2], weight[-1] * groups)
        asked.check(
            input[-1] == cin, "the weight takes \(cin) channels, the input has \(input[-1])")
        asked.check(cin % groups == 0, "\(cin) input channels do not divide by \(groups) groups")
        self.init(
            rank: asked.rank, batch: input[0], axes: axes, inputChannels: cout, outputChannels: cin,
            groups: groups)
    }

    private init(
        rank: Int, batch: Int, axes: [ConvolutionAxis], inputChannels: Int, outputChannels: Int,
        groups: Int, isFramewise: Bool = false
    ) {
        self.rank = rank
        self.batch = batch
        self.isFramewise = isFramewise
        self.axes = Array(repeating: .unit, count: 3 - rank) + axes
        self.inputChannels = inputChannels
        self.outputChannels = outputChannels
        self.groups = groups
    }

    /// The geometry whose cost decides the algorithm of a framewise convolution: one of its clips
    /// of 16 frames, so that neither the batch nor the number of frames changes the choice.
    var ofNominalLength: ConvolutionGeometry {
        var axes = axes
        let frames = 16
        if rank == 3 {
            axes[0].input = (frames - 1) * axes[0].stride + axes[0].extent
            axes[0].output = frames
            (axes[0].before, axes[0].after) = (0, 0)
        }
        return ConvolutionGeometry(
            rank: rank, batch: rank == 3 ? 1 : frames, axes: Array(axes.suffix(rank)),
            inputChannels: inputChannels, outputChannels: outputChannels, groups: groups,
            isFramewise: true)
    }

    private var spatial: ArraySlice<ConvolutionAxis> { axes.suffix(rank) }
    public var inputShape: Shape { Shape([batch] + spatial.map(\.input) + [inputChannels]) }
    public var outputShape: Shape { Shape([batch] + spatial.map(\.output) + [outputChannels]) }
    /// The shape of the convolution's weight.
    public var weightShape: Shape { weightShape(.direct) }

    var kernelCount: Int { axes.reduce(1) { $0 * $1.kernel } }
    /// The number of terms in the sum of one output.
    var patchLength: Int { kernelCount * (inputChannels / groups) }
    var outputPixels: Int { axes.reduce(batch) { $0 * $1.output } }
    var inputPixels: Int { axes.reduce(batch) { $0 * $1.input } }

    /// Floating-point operations of the direct sum, padding counted: two per multiplication. The
    /// same for the convolution and both its gradients.
    public var operationCount: Int { 2 * outputPixels * patchLength * outputChannels }

    /// Returns the bytes of input, weight and output; `Int.max` on overflow.
    func byteCount(_ scalarByteCount: Int) -> Int {
        var total = 0
        for shape in [inputShape, weightShape, outputShape] {
            var bytes = scalarByteCount
            for length in shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
                if overflow { return .max }
                bytes = product
            }
            let (sum, overflow) = total.addingReportingOverflow(bytes)
            if overflow { return .max }
            total = sum
        }
        return total
    }

    public var description: String {
        func list(_ value: (ConvolutionAxis) -> Int) -> String {
            spatial.map { String(value($0)) }.joined(separator: "×")
        }
        return "\(inputShape) → \(outputShape), kernel \(list(\.kernel)), stride \(list(\.stride)),"
            + " padding \(list(\.before)) before and \(list(\.after)) after,"
            + " dilation \(list(\.dilation)), groups \(groups)" + (isFramewise ? ", framewise" : "")
    }
}

/// The original arguments, for failure messages that show all of them.
private struct Request {
    let name: String
    let input: Shape
    let weight: Shape
    let stride: [Int]
    let padding: Padding
    let dilation: [Int]
    let groups: Int

    init(
        name: String, input: Shape, weight: Shape, stride: [Int], padding: Padding, dilation: [Int],
        groups: Int
    ) {
        self.name = name
        self.input = input
        self.weight = weight
        self.padding = padding
        self.groups = groups
        let rank = max(0, input.rank - 2)
        self.stride = stride.isEmpty ? Array(repeating: 1, count: rank) : stride
        self.dilation = dilation.isEmpty ? Array(repeating: 1, count: rank) : dilation
        check(
            (1...3).contains(rank), "the input is [N, spatial…, channels] with 1 to 3 spatial axes")
        check(weight.rank == input.rank, "the weight is [kernel…, channels, channels]")
        check(
            self.stride.count == rank && self.dilation.count == rank,
            "stride and dilation need a number for each of \(rank) spatial axes")
        check(
            self.stride.allSatisfy { $0 > 0 } && self.dilation.allSatisfy { $0 > 0 } && groups > 0,
            "stride, dilation and groups are positive")
        check(
            weight.allSatisfy { $0 > 0 } && input.dropFirst().allSatisfy { $0 > 0 },
            "only the batch may be empty")
    }

    var rank: Int { input.rank - 2 }

    func axis(_ i: Int) -> ConvolutionAxis {
        ConvolutionAxis(
            input: 0, output: 0, kernel: weight[i], stride: stride[i], dilation: dilation[i],
            before: 0, after: 0)
    }

    /// Returns the zero padding of a convolution around spatial axis `i`.
    func zeros(_ i: Int, of axis: ConvolutionAxis) -> (before: Int, after: Int) {
        switch padding {
        case .valid: return (0, 0)
        case .same:
            let total = max(0, axis.extent - axis.stride)
            return (total - total / 2, total / 2)
        case .explicit(let before, let after):
            let before = filled(before, with: 0, "padding")
            let after = filled(after, with: 0, "padding")
            check(before[i] >= 0 && after[i] >= 0, "padding is not negative")
            return (before[i], after[i])
        }
    }

    func filled(_ list: [Int], with value: Int, _ what: String) -> [Int] {
        if list.isEmpty { return Array(repeating: value, count: rank) }
        check(list.count == rank, "\(what) needs a number for each of \(rank) spatial axes")
        return list
    }

    func check(_ holds: Bool, _ rule: @autoclosure () -> String) {
        require(
            holds,
            "\(name) of input \(input) with weight \(weight), stride \(stride),"
                + " padding \(padding), dilation \(dilation), groups \(groups): \(rule())")
    }
}
