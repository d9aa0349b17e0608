import GestaltChecks
import GestaltTensor

/// An encoder's representation of frames, on a grid coarser than their pixels.
public struct Latent: Sendable {
    /// `[N, slots, h, w, channels]`.
    public let tensor: Tensor<Float>
    /// The size of a grid cell in pixels of the frame.
    public let stride: Int
    /// Finer grids of the same frames, for heads with skip connections, coarsest first.
    public let finer: [Stage]

    /// One grid of a pyramid.
    public struct Stage: Sendable {
        /// `[N, h, w, channels]`.
        public let tensor: Tensor<Float>
        /// The size of a grid cell in pixels of the frame.
        public let stride: Int

        /// - Precondition: rank 4, a positive stride.
        public init(_ tensor: Tensor<Float>, stride: Int) {
            require(
                tensor.rank == 4 && stride > 0,
                "Latent.Stage: \(tensor.shape) at stride \(stride) is not [N, h, w, channels]")
            self.tensor = tensor
            self.stride = stride
        }
    }

    /// - Precondition: rank 5, a positive stride; finer stages of as many frames, with falling
    ///   strides.
    public init(_ tensor: Tensor<Float>, stride: Int, finer: [Stage] = []) {
        require(
            tensor.rank == 5 && stride > 0,
            "Latent: \(tensor.shape) at stride \(stride) is not [N, slots, h, w, channels]")
        var coarser = stride
        for stage in finer {
            require(
                stage.stride < coarser && stage.tensor.shape[0] == tensor.shape[0],
                "Latent: finer stage \(stage.tensor.shape) at stride \(stage.stride) below stride "
                    + "\(coarser) of \(tensor.shape)")
            coarser = stage.stride
        }
        self.tensor = tensor
        self.stride = stride
        self.finer = finer
    }

    public var shape: LatentShape {
        LatentShape(
            slots: tensor.shape[1], height: tensor.shape[2], width: tensor.shape[3],
            channels: tensor.shape[4], stride: stride,
            finer: finer.map {
                LatentShape.Stage(channels: $0.tensor.shape[3], stride: $0.stride)
            })
    }

    /// Returns the latents of some of the frames, in the given order.
    public func selecting(_ frames: [Int]) -> Latent {
        let indices = Tensor(frames.map(Int32.init))
        return Latent(
            tensor.gathered(indices, axis: 0), stride: stride,
            finer: finer.map { Stage($0.tensor.gathered(indices, axis: 0), stride: $0.stride) })
    }

    /// Concatenates latents of one shape along the frames.
    /// - Precondition: at least one part.
    public static func concatenating(_ parts: [Latent]) -> Latent {
        guard let first = parts.first else {
            stop("Latent.concatenating: no part")
        }
        return Latent(
            concatenated(parts.map(\.tensor), axis: 0), stride: first.stride,
            finer: first.finer.indices.map { level in
                Stage(
                    concatenated(parts.map { $0.finer[level].tensor }, axis: 0),
                    stride: first.finer[level].stride)
            })
    }
}

/// The sizes of a ``Latent``, known in advance: the input sizes of a head.
public struct LatentShape: Sendable, Hashable, Codable {
    /// Steps along time.
    public var slots: Int
    public var height: Int
    public var width: Int
    public var channels: Int
    /// The size of a grid cell in pixels of the frame.
    public var stride: Int
    public var finer: [Stage]

    public struct Stage: Sendable, Hashable, Codable {
        public var channels: Int
        public var stride: Int

        public init(channels: Int, stride: Int) {
            self.channels = channels
            self.stride = stride
        }
    }

    /// - Precondition: all sizes are positive.
    public init(
        slots: Int, height: Int, width: Int, channels: Int, stride: Int, finer: [Stage] = []
    ) {
        require(
            slots > 0 && height > 0 && width > 0 && channels > 0 && stride > 0,
            "LatentShape: [\(slots), \(height), \(width), \(channels)] at stride \(stride)")
        self.slots = slots
        self.height = height
        self.width = width
        self.channels = channels
        self.stride = stride
        self.finer = finer
    }

    /// The number of elements in the latent of one frame, including finer stages.
    public var elementCount: Int {
        finer.reduce(slots * height * width * channels) { count, stage in
            let factor = stride / stage.stride
            return count + height * factor * width * factor * stage.channels
        }
    }
}
