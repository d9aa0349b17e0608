import GestaltMedia
import GestaltTensor

/// The clips of one array, its layout and range resolved.
struct VideoArray {
    /// `[B, T, H, W, 3]`.
    enum Pixels {
        /// The target of whole numbers 0…255.
        case bytes(Tensor<UInt8>)
        /// Numbers −0.5…0.5, exact.
        case numbers(Tensor<Float>)

        var shape: Shape {
            switch self {
            case .bytes(let tensor): tensor.shape
            case .numbers(let tensor): tensor.shape
            }
        }
    }

    let pixels: Pixels
    /// The interpretation of the array, where it is not obvious.
    let remarks: [String]

    var bytes: Tensor<UInt8> {
        switch pixels {
        case .bytes(let tensor): tensor
        case .numbers(let tensor): tensor.pixelBytes()
        }
    }

    var numbers: Tensor<Float> {
        switch pixels {
        case .bytes(let tensor): tensor.centeredPixels()
        case .numbers(let tensor): tensor
        }
    }

    /// - Throws: `ClipError` for shapes and values that are no clip or do not decide.
    init(_ array: Tensor<UInt8>, path: String, options: ArrayOptions) throws(ClipError) {
        if let range = options.range, range != .bytes {
            let numbers = array.withScalars { $0.map { Float($0) } }
            self = try Self(
                Tensor<Float>(shape: array.shape, scalars: numbers), areIntegers: true, path: path,
                options: options)
            return
        }
        let arranged = try Arrangement(array.shape, path: path, options.layout)
        self.init(
            pixels: .bytes(arranged.clips(array)),
            remarks: arranged.remark.map { ["\(path): read as \($0)"] } ?? [])
    }

    private init(pixels: Pixels, remarks: [String]) {
        self.pixels = pixels
        self.remarks = remarks
    }

    /// - Parameter areIntegers: whether the file holds integers.
    /// - Throws: `ClipError` for shapes and values that are no clip or do not decide.
    init(
        _ array: Tensor<Float>, areIntegers: Bool, path: String, options: ArrayOptions
    ) throws(ClipError) {
        let arranged = try Arrangement(array.shape, path: path, options.layout)
        let range = try Self.range(array, areIntegers: areIntegers, path: path, options.range)
        let clips = arranged.clips(array)
        let pixels: Pixels =
            range == .bytes && array.withScalars({ $0.allSatisfy { $0 == $0.rounded() } })
            ? .bytes(Self.bytes(clips)) : .numbers(Self.centered(clips, range))
        var text = [arranged.remark].compactMap { $0 }
        if range != .centered { text.append("numbers \(range)") }
        self.init(
            pixels: pixels,
            remarks: text.isEmpty ? [] : ["\(path): read as " + text.joined(separator: ", ")])
    }

    private static func range(
        _ array: Tensor<Float>, areIntegers: Bool, path: String, _ given: PixelRange?
    ) throws(ClipError) -> PixelRange {
        let summary = array.withScalars { ValueSummary($0) }
        if let (index, value) = summary.nonFinite {
            throw .mismatchedShapes(
                path: path, expected: "finite numbers", found: "\(value) in element \(index)")
        }
        let found = "numbers from \(summary.least) to \(summary.greatest)"
        if let given {
            guard given.contains(summary.least), given.contains(summary.greatest) else {
                throw .mismatchedShapes(
                    path: path, expected: "numbers \(given) (--range)", found: found)
            }
            return given
        }
        guard let range = areIntegers ? summary.rangeOfIntegers : summary.rangeOfFractions else {
            throw .undecided(
                path: path, found: found,
                option: "--range LOW..HIGH, such as 0..1, -1..1, -0.5..0.5, 0..255 or 0..65535")
        }
        return range
    }

    private static func centered(_ clips: Tensor<Float>, _ range: PixelRange) -> Tensor<Float> {
        guard range != .centered else { return clips }
        return clips.withScalars { source in
            Tensor<Float>(uninitialized: clips.shape) { target in
                for index in source.indices { target[index] = range.centered(source[index]) }
            }
        }
    }

    /// Whole numbers as bytes.
    private static func bytes(_ clips: Tensor<Float>) -> Tensor<UInt8> {
        clips.withScalars { source in
            Tensor<UInt8>(uninitialized: clips.shape) { target in
                for index in source.indices {
                    target[index] = UInt8(Swift.min(255, Swift.max(0, source[index])))
                }
            }
        }
    }
}

/// The rearrangement of an array's axes to `[B, T, H, W, 3]`.
private struct Arrangement {
    private let layout: VideoLayout
    private let lengths: [Int]
    let remark: String?

    init(_ shape: Shape, path: String, _ given: VideoLayout?) throws(ClipError) {
        let layouts = given.map { [$0] } ?? VideoLayout.candidates(for: shape.dimensions)
        if let given, given.rank != shape.rank {
            throw .mismatchedShapes(
                path: path, expected: "\(given.rank) axes \(given) (--layout)", found: "\(shape)")
        }
        guard let layout = layouts.first, shape.elementCount > 0 else {
            throw .mismatchedShapes(
                path: path,
                expected: "clips [B,] T, H, W, 3, or other axes with --layout, such as bcthw",
                found: "\(shape)")
        }
        guard layouts.count == 1 else {
            throw .undecided(
                path: path, found: "an array of shape \(shape)",
                option: "--layout " + layouts.map(\.rawValue).joined(separator: " or "))
        }
        let lengths = layout.lengths(shape.dimensions)
        guard (1...4).contains(lengths[5]) else {
            throw .mismatchedShapes(
                path: path, expected: "1 to 4 channels (\(layout))",
                found: "\(lengths[5]) in \(shape)")
        }
        self.layout = layout
        self.lengths = lengths
        let channels = ["gray", "gray with alpha, which is left out", "", "RGB without its alpha"]
        let parts = [
            ["thwc", "bthwc"].contains(layout.rawValue) ? "" : "axes \(layout)",
            channels[lengths[5] - 1],
        ].filter { !$0.isEmpty }
        remark = parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The array as `[B, T, H, W, 3]`.
    func clips<Scalar: TensorScalar>(_ array: Tensor<Scalar>) -> Tensor<Scalar> {
        let channels = lengths[5]
        let ordered = array.permuted(layout.order)
            .reshaped([lengths[0] * lengths[1], lengths[2], lengths[3], lengths[4], channels])
        switch channels {
        case 3: return ordered
        case 4: return ordered.sliced(0..<3, axis: 4)
        default: return ordered.sliced(0..<1, axis: 4).repeated(3, axis: 4)
        }
    }
}
