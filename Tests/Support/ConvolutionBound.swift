@_spi(Benchmarks) import GestaltTensor

/// What bounds against PyTorch's numbers are multiplied by under the algorithm that
/// `GESTALT_CONVOLUTION` prefers: 10 under Winograd, whose sums are others.
package var convolutionBoundFactor: Float {
    switch ConvolutionPlan.standardChoice {
    case .preferred(.winograd2), .preferred(.winograd4): 10
    default: 1
    }
}

/// Whether some convolution may run by Winograd: its rounding differs from the original program's more
/// than that of a plain sum.
package var convolutionsMayUseWinograd: Bool {
    switch ConvolutionPlan.standardChoice {
    case .preferred(.winograd2), .preferred(.winograd4): true
    case .preferred(.patches): false
    default: Runtime.largestWinogradTile > 0
    }
}
