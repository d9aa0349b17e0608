/// The direction in which a weight maps images, seen from a ``ConvolutionGeometry``.
@_spi(Benchmarks) public enum ConvolutionDirection: String, Sendable, Hashable, CaseIterable {
    /// The convolution: from the geometry's input to its output.
    case direct
    /// The transposed convolution: from the geometry's output to its input.
    case transposed

    /// The direction of the gradient.
    var reversed: ConvolutionDirection { self == .direct ? .transposed : .direct }
}

@_spi(Benchmarks) extension ConvolutionGeometry {
    /// Returns the shape of the source image of `direction`.
    func sourceShape(_ direction: ConvolutionDirection) -> Shape {
        direction == .direct ? inputShape : outputShape
    }

    /// Returns the shape of the target image of `direction`.
    func targetShape(_ direction: ConvolutionDirection) -> Shape {
        direction == .direct ? outputShape : inputShape
    }

    func sourceChannels(_ direction: ConvolutionDirection) -> Int {
        direction == .direct ? inputChannels : outputChannels
    }

    func targetChannels(_ direction: ConvolutionDirection) -> Int {
        direction == .direct ? outputChannels : inputChannels
    }

    /// Returns the shape of the weight of an operation in `direction`:
    /// `[kernel…, Cin / groups, Cout]` of a convolution, `[kernel…, Cin, Cout / groups]` of a
    /// transposed one, each with its own channels.
    public func weightShape(_ direction: ConvolutionDirection) -> Shape {
        let channels = [inputChannels / groups, outputChannels]
        return Shape(
            axes.suffix(rank).map(\.kernel)
                + (direction == .direct ? channels : channels.reversed()))
    }
}
