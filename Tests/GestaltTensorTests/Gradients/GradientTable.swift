import GestaltTensor
import TestSupport
import Testing

/// Every differentiable operation, one list a family.
let gradientTable: [GradientCase] = [
    unaryCases,
    fusedCases,
    binaryCases,
    reductionCases,
    matMulCases,
    attentionCases,
    linearAlgebraCases,
    rowCases,
    structureCases,
    adaptivePoolingCases,
    regionCases,
    matrixCases,
    einsumCases,
    scanCases,
    normalizationCases,
    convolutionCases,
    poolingCases,
    upsamplingCases,
].flatMap { $0 }

@Suite struct GradientTests {
    @Test(arguments: gradientTable)
    func valueDifferencesAndViewsAgree(_ line: GradientCase) {
        let problems = line.problems()
        #expect(problems.isEmpty, "\(line): \(problems.joined(separator: "; "))")
    }
}
