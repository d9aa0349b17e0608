import GestaltTensor
import Testing

@Suite struct SuspensionTests {
    @Test func gradientsAreTakenInsideOfWithoutGradientAndOfACheckpoint() {
        let x = Tensor<Double>([1, 2, 3])
        let inner = withoutGradient { gradients(at: [x]) { $0[0].squared().sum() }[0] }
        #expect(inner.scalars == [2, 4, 6])
        let outer = gradients(at: [x]) { outer in
            checkpointed {
                let slope = gradients(at: [x]) { $0[0].squared().sum() }[0]
                return (slope * outer[0]).sum()
            }
        }
        #expect(outer[0].scalars == [2, 4, 6])
    }

    @Test func aCheckpointThatHandsATensorThroughKeepsItsGradient() {
        let x = Tensor<Double>([1, 2])
        let slope = gradients(at: [x]) { v in checkpointed { v[0] }.squared().sum() }
        #expect(slope[0].scalars == [2, 4])
    }

    @Test func emptyMatricesAndAPowerOfZeroHaveGradients() {
        let a = Tensor<Double>.zeros([2, 3, 0])
        let b = Tensor<Double>.zeros([0, 4])
        let slopes = gradients(at: [a, b]) { $0[0].matmul($0[1]).sum() }
        #expect(slopes[0].shape == [2, 3, 0] && slopes[1].shape == [0, 4])
        let zero = Tensor<Double>([0, 2])
        #expect(gradients(at: [zero]) { $0[0].power(0).sum() }[0].scalars == [0, 0])
        #expect(
            gradients(at: [zero]) { $0[0].power(Tensor<Double>([0, 0])).sum() }[0].scalars == [
                0, 0,
            ])
    }

    @Test func positionsOfExtremesOverSeveralAxesCountInRowMajorOrder() {
        let x = Tensor<Float>(shape: [2, 2, 3], scalars: [0, 1, 2, 9, 4, 5, 6, 7, 8, 3, 10, 11])
        #expect(x.argmax().scalar == 11)
        #expect(x.argmax(axes: [1, 2]).scalars == [3, 5])
        #expect(x.argmin(axes: [0, 2], keepingAxes: true).shape == [1, 2, 1])
        #expect(x.argmin(axes: [0, 2]).scalars == [0, 3])
    }
}
