import Foundation
import GestaltTensor
import TestSupport
import Testing

@Suite struct TapeTests {
    /// A tape is flat: neither the sweep nor its release recurses, however long it is.
    @Test func longChains() {
        let count = 200_000
        let x = Tensor<Float>(1)
        let (value, gradients) = valueAndGradients(at: [x]) { v in
            var y = v[0]
            for step in 0..<count { y = step % 2 == 0 ? y + v[0] : -y }
            return y
        }
        // y → y + x → −(y + x): two steps of the pair return y.
        #expect(value.scalar == 1 && gradients[0].scalar == 1)
    }

    /// A recording that is never swept is released the same way.
    @Test func longChainsWithoutGradients() {
        let gradients = gradients(at: [Tensor<Float>(1)]) { v in
            var y = v[0]
            for _ in 0..<200_000 { y = -y }
            return y.detached
        }
        #expect(gradients[0].scalar == 0)
    }

    @Test func constantsRecordNothing() {
        let gradients = gradients(at: [Tensor<Double>([1, 2]), Tensor<Double>([3])]) { v in
            let constant = withoutGradient { v[0] * v[0] }
            #expect(!constant.isTracked && v[0].isTracked)
            return (constant * v[0] + v[0].detached).sum()
        }
        #expect(gradients[0].scalars == [1, 4])
        #expect(gradients[1].scalars == [0])
    }

    @Test func checkpointsGiveTheSameGradients() {
        let x = Tensor<Double>.sample([3, 2])
        let w = Tensor<Double>.sample([3, 2], seed: 2)
        func model(_ v: [Tensor<Double>]) -> Tensor<Double> { (v[0] * v[1]).tanh() * v[0] }
        let plain = gradients(at: [x, w]) { v in model(v).squared().sum() }
        let replayed = gradients(at: [x, w]) { v in
            checkpointed { checkpointed { model(v) }.squared() }.sum()
        }
        #expect(plain == replayed)
    }

    @Test func ownOperations() {
        struct Doubled: GestaltTensor.Operation {
            func forward(
                _ x: [Tensor<Double>], needs: Needs
            ) -> (value: Tensor<Double>, residual: Void) { (x[0] * 2, ()) }
            func pullback(
                _ cotangent: Tensor<Double>, _: Void, needs: Needs
            ) -> [Tensor<Double>?] { [cotangent * 2] }
        }
        #expect(
            gradients(at: [Tensor<Double>([1, 5])]) { Doubled()($0[0]).sum() }[0].scalars == [2, 2])
    }

    @Test func aTapeBelongsToOneThread() async {
        await #expect(processExitsWith: .failure) {
            _ = gradients(at: [Tensor<Float>(1)]) { v in
                let x = v[0]
                let done = DispatchSemaphore(value: 0)
                Thread.detachNewThread {
                    _ = x * x
                    done.signal()
                }
                done.wait()
                return x
            }
        }
    }
}
