import CKernels
import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct RowKernelTests {
    @Test(arguments: kernelSizes.filter { $0 > 0 })
    func rowsOfEveryLength(_ length: Int) {
        let rows = 3
        let x = Tensor<Float>.sample([rows, length], seed: 3, in: -8...8)
        let whole = naiveReduction(x, axes: [1]) { line in
            log(line.reduce(0) { $0 + exp(Double($1)) })
        }
        for set in possibleSets {
            let variant = Float.variant(set)
            let softmax = made([rows, length]) {
                gk_softmax_rows(variant, x.pointer, $0, rows, length)
            }
            let logarithms = made([rows, length]) {
                gk_log_softmax_rows(variant, x.pointer, $0, rows, length)
            }
            let sums = made([rows]) { gk_log_sum_exp_rows(variant, x.pointer, $0, rows, length) }
            for row in 0..<rows {
                let total = whole.at([row, 0])
                #expect(abs(Double(sums.at([row])) - total) <= 4e-6)
                for column in 0..<length {
                    let exact = Double(x.at([row, column])) - total
                    #expect(abs(Double(logarithms.at([row, column])) - exact) <= 8e-6)
                    let value = Double(softmax.at([row, column]))
                    #expect(abs(value - exp(exact)) <= 4e-6 * exp(exact) + 1e-12)
                }
            }
        }
    }

    private func made(
        _ shape: Shape, _ kernel: (UnsafeMutablePointer<Float>) -> Void
    ) -> Tensor<Float> {
        Tensor(uninitialized: shape) { kernel($0.baseAddress!) }
    }

    @Test func infiniteLogits() {
        let x = Tensor<Float>(
            shape: [3, 2], scalars: [-.infinity, 0, -.infinity, -.infinity, 1e30, 0])
        #expect(x[0].softmax().scalars == [0, 1])
        #expect(x.logSumExp(axes: [1]).scalars == [0, -.infinity, 1e30])
        #expect(x[1].softmax().scalars.allSatisfy { $0.isNaN })
        #expect(x[2].logSoftmax().scalars[0] == 0)
    }
}
