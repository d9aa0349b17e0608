import GestaltChecks
import Synchronization

/// The algorithm of one pass of a convolution and the division of its work: chosen by a cost model
/// from geometry, threads and instruction set alone, so that the same program on the same machine
/// makes the same choice.
@_spi(Benchmarks) public struct ConvolutionPlan: Sendable, Hashable {
    /// The algorithms. A new one needs a case here, its rule in `refusal`, its branch in
    /// `ConvolutionPass+Algorithms.swift`.
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        /// A 1×1×1 kernel: the input in place times the weight.
        case pointwise
        /// Patches copied into tiles, each times the weight while in cache; strided transposes by
        /// output phase. Serves every geometry.
        case patches
        /// All products of every source pixel with every tap first, then their sums: for few target
        /// channels, where a product with the weight would be a few columns wide.
        case products
        /// Minimal filtering in tiles of 2 outputs along each axis with more than one tap: fewer
        /// multiplications, as accurate as the sums of `patches` or better. Kernels of 2 to 4 taps,
        /// and strided ones of up to 4 taps per step. Source: Lavin and Gray, 2016.
        case winograd2
        /// The same in tiles of up to 4 outputs: fewer still. The error in units of the output's
        /// standard deviation is below 6e-5, its root mean square below 6e-6, for sums of 27 · 240
        /// products in `Float`.
        case winograd4

        /// The maximum number of outputs of a tile along an axis; nil for algorithms without
        /// Winograd tiles.
        var winogradTile: Int? {
            switch self {
            case .winograd2: 2
            case .winograd4: 4
            default: nil
            }
        }
    }

    /// The work of an algorithm. The value of a convolution and the input's gradient of a
    /// transposed one are the same work, and the other way around.
    public enum Work: Sendable, Hashable, CaseIterable, CustomStringConvertible {
        /// The target image of a direction.
        case image(ConvolutionDirection)
        case weightGradient

        public static let allCases: [Work] = [
            .image(.direct), .image(.transposed), .weightGradient,
        ]

        /// The direction of the grids: the weight's gradient has those of the convolution.
        var direction: ConvolutionDirection {
            if case .image(let direction) = self { direction } else { .direct }
        }

        /// Whether the work promises frames that are independent to the bit: gradients do not.
        func isFramewise(_ geometry: ConvolutionGeometry) -> Bool {
            geometry.isFramewise && self == .image(.direct)
        }

        public var description: String {
            if case .image(let direction) = self {
                "the image in direction \(direction)"
            } else {
                "the weight's gradient"
            }
        }
    }

    /// The method of selecting an algorithm.
    public enum Choice: Sendable, Hashable {
        /// The cost model's choice.
        case automatic
        /// The fastest on this machine: each suitable algorithm runs at the first use of a
        /// geometry, and the winner is kept for the life of the process. Another run of the program
        /// may choose another one, and differ in its last bits.
        case measured
        /// Used if it can serve the geometry, otherwise the cost model's choice.
        case preferred(Algorithm)
        /// Used unconditionally; the program stops with the reason if it cannot serve the geometry.
        case forced(Algorithm)
    }

    /// The choice by default: `.automatic`, or the value of `GESTALT_CONVOLUTION` (`measured`, or
    /// an algorithm to prefer). Takes effect at the next operation.
    public static var standardChoice: Choice {
        get { standard.withLock { $0 } }
        set { standard.withLock { $0 = newValue } }
    }

    private static let standard = Mutex(RuntimeSettings.initial.convolutionChoice)

    public let algorithm: Algorithm
    /// The target number of outputs per tile.
    let tileRows: Int
    /// For the weight gradient: parts of the outputs with separate sums, and slices of the weight's
    /// taps. Their product is the number of tasks.
    let rowParts: Int
    let tapSlices: Int

    /// Returns the reason that `algorithm` cannot perform `work` of `geometry`; nil when it can.
    public static func refusal(
        of algorithm: Algorithm, _ work: Work, geometry: ConvolutionGeometry
    ) -> String? {
        switch algorithm {
        case .patches: return nil
        case .pointwise:
            return PatchGrid(geometry).isPointwise && geometry.kernelCount == 1
                ? nil : "pointwise needs kernel 1, stride 1 and no padding"
        case .products:
            if work == .weightGradient { return "products serves no weight gradient" }
            if geometry.groups > 1 { return "products needs groups 1" }
            return work == .image(.transposed) || geometry.axes.allSatisfy { $0.stride == 1 }
                ? nil : "products needs stride 1 in the direct direction"
        case .winograd2, .winograd4:
            let grids = PatchGrid.all(of: geometry, work)
            if let reason = grids.lazy.compactMap(WinogradTiling.refusal).first {
                return "\(algorithm) \(reason)"
            }
            return grids.contains { $0.axes.contains { $0.taps > 1 && !$0.isFramewise } }
                ? nil : "\(algorithm) needs a kernel of more than one tap"
        }
    }

    /// Returns the plan for the runtime's current settings, from the cache if it exists.
    public static func make(
        _ geometry: ConvolutionGeometry, _ work: Work, choice: Choice = standardChoice,
        scalar: ElementType = .float32
    ) -> ConvolutionPlan {
        let key = Key(geometry, work, choice, scalar)
        if let plan = cache.withLock({ $0[key] }) { return plan }
        let plan = ConvolutionPlan(key)
        cache.withLock {
            // Bounds the cache when clips and images keep changing their sizes.
            if $0.count >= 4096 { $0.removeAll() }
            $0[key] = plan
        }
        return plan
    }

    /// All inputs of a choice, including the runtime's current settings.
    struct Key: Hashable {
        let geometry: ConvolutionGeometry
        let work: Work
        let choice: Choice
        let scalar: ElementType
        let threads = Runtime.threads
        let instructionSet = Runtime.instructionSet
        let largestWinogradTile = Runtime.largestWinogradTile

        init(
            _ geometry: ConvolutionGeometry, _ work: Work, _ choice: Choice, _ scalar: ElementType
        ) {
            (self.geometry, self.work) = (geometry, work)
            (self.choice, self.scalar) = (choice, scalar)
        }
    }

    private static let cache = Mutex<[Key: ConvolutionPlan]>([:])
}

extension ConvolutionPlan {
    // Measured on a Zen 5 (1 MiB of L2 a core, 32 MiB of L3): products of a tile with the weight
    // run at 0.6 of the large product's rate at 32 rows, 0.75 to 0.8 at 64, 0.9 to 0.95 from 192;
    // the copy of the patches is 3 to 11 % of the time whether the tile fits L2 or not. So tiles
    // are long first and small second: BLAS packs the weight again for each.
    private static let longestTile = 256
    private static let shortestTile = 96
    private static let largestTileByteCount = 6 << 20
    /// The number of rows per tile of a plain product: enough to hide the packing of the weight,
    /// few enough that bias and activation still find the result in cache.
    private static let pointwiseTile = 768
    /// The minimum number of rows at which separate sums for a part of a weight gradient pay off.
    private static let shortestPart = 512

    private init(_ key: Key) {
        let (geometry, work) = (key.geometry, key.work)
        let natural = Self.natural(
            geometry, work, largestWinogradTile: key.largestWinogradTile)
        switch key.choice {
        case .automatic, .measured: algorithm = natural
        case .preferred(let wish):
            let serves = Self.refusal(of: wish, work, geometry: geometry) == nil
            algorithm = serves ? wish : natural
        case .forced(let wish):
            let refusal = Self.refusal(of: wish, work, geometry: geometry)
            require(
                refusal == nil,
                "\(wish) cannot compute \(work) of \(geometry): \(refusal ?? "")")
            algorithm = wish
        }
        let source = geometry.sourceChannels(work.direction)
        let patch = geometry.kernelCount * (source / geometry.groups) * key.scalar.byteCount
        tileRows =
            algorithm == .pointwise
            ? Self.pointwiseTile
            : min(
                Self.longestTile, max(Self.shortestTile, Self.largestTileByteCount / max(1, patch)))
        let isSmall = geometry.operationCount < 1 << 20
        let threads = isSmall ? 1 : key.threads
        if geometry.outputPixels >= threads * Self.shortestPart || geometry.kernelCount == 1 {
            (rowParts, tapSlices) = (min(threads, max(1, geometry.outputPixels / 64)), 1)
        } else {
            let segments = geometry.axes[0].kernel * geometry.axes[1].kernel
            (rowParts, tapSlices) = (1, min(segments, 4 * threads))
        }
    }

    /// Returns the choice of the cost model.
    private static func natural(
        _ geometry: ConvolutionGeometry, _ work: Work, largestWinogradTile: Int
    ) -> Algorithm {
        if refusal(of: .pointwise, work, geometry: geometry) == nil { return .pointwise }
        let geometry = work.isFramewise(geometry) ? geometry.ofNominalLength : geometry
        let target = geometry.targetChannels(work.direction)
        let source = geometry.sourceChannels(work.direction)
        let columns = target * geometry.kernelCount
        if refusal(of: .products, work, geometry: geometry) == nil, target <= 8,
            source >= 16, columns >= 16, geometry.batch > 0
        {
            return .products
        }
        let winograd: [Algorithm] = [.winograd2, .winograd4].filter {
            $0.winogradTile! <= largestWinogradTile
                && refusal(of: $0, work, geometry: geometry) == nil
        }
        let candidates = [.patches] + winograd
        return candidates.map { ($0, ConvolutionCost.of($0, work, geometry)) }
            .min { $0.1 < $1.1 }!.0
    }
}
