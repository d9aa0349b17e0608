import GestaltTensor

/// What bounds against PyTorch's numbers are multiplied by under the algorithm that
/// `GESTALT_CONVOLUTION` prefers: 10 under Winograd, whose sums are others.
public var convolutionBoundFactor: Float {
    switch ConvolutionPlan.standardChoice {
    case .preferred(.winograd2), .preferred(.winograd4): 10
    default: 1
    }
}
