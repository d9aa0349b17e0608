import GestaltTensor
import TestSupport
import Testing

/// Profiles count the operations of all threads, so these run in processes of their own.
@Suite struct ProfileTests {
    @Test func callsPhasesAndShapesOfASmallGradient() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor<Float>.sample([2, 6, 7, 8], seed: 1)
            let w = Tensor<Float>.sample([3, 3, 8, 4], seed: 2)
            let (loss, profile) = Runtime.profile {
                valueAndGradients(at: [x, w]) { v in
                    (v[0].convolution(v[1], padding: .same).relu() + 1).squared().sum()
                }.value
            }
            precondition(loss.scalar.isFinite)
            func row(_ name: String, _ phase: Profile.Phase) -> [Profile.Row] {
                profile.rows.filter { $0.name == name && $0.phase == phase }
            }
            let forward = row("ConvolutionOperation", .forward)
            precondition(forward.count == 1 && forward[0].calls == 1)
            precondition(forward[0].shapes == [[2, 6, 7, 8], [3, 3, 8, 4]])
            precondition(forward[0].bytes == 4 * (x.count + w.count + 2 * 6 * 7 * 4))
            let pullback = row("ConvolutionOperation", .pullback)
            precondition(pullback.count == 1 && pullback[0].shapes == [[2, 6, 7, 4]])
            // Both gradients run inside of the pullback, under their algorithms' names.
            let parts = profile.rows.filter { $0.phase == .part }
            precondition(parts.reduce(0) { $0 + $1.calls } == 3)
            precondition(parts.contains { $0.name.hasSuffix("the weight's gradient") })
            precondition(forward[0].ownSeconds < forward[0].seconds)
            // One type serves all functions of one number; rows have the names of the functions.
            precondition(row("relu", .forward).count == 1 && row("squared", .pullback).count == 1)
            let own = profile.rows.reduce(0) { $0 + $1.ownSeconds }
            precondition(own > 0 && own <= profile.seconds)
            precondition(profile.description.contains("ConvolutionOperation"))
        }
    }

    @Test func partsOfProductsAndDecompositionsLabelsOfTheLatter() async {
        await #expect(processExitsWith: .success) {
            let a = Tensor<Double>.sample([3, 4, 4], seed: 1) + Tensor.identity(4) * 9
            let (_, profile) = Runtime.profile { _ = try? a.matmul(a).inverse() }
            let names = profile.rows.map(\.name)
            precondition(names.contains("product of matrices") && names.contains("MatMul"))
            precondition(names.contains("inverse") && names.contains("LAPACK for inverse"))
        }
    }

    /// Nothing is counted outside of a profile, and two count for themselves.
    @Test func extent() async {
        await #expect(processExitsWith: .success) {
            let x = Tensor<Float>.ones([3])
            _ = x.exp()
            let (inner, outer) = Runtime.profile {
                _ = x.exp()
                let (_, inner) = Runtime.profile { _ = x.exp() + x.exp() }
                return inner
            }
            _ = x.exp()
            func calls(_ profile: Profile) -> Int { profile.rows.reduce(0) { $0 + $1.calls } }
            precondition(calls(inner) == 3)
            precondition(calls(outer) == 4)
            precondition(calls(Runtime.profile {}.profile) == 0)
        }
    }

    @Test func namesAreTheTypesWithoutGenericArguments() {
        #expect(Twice<Float>.name == "Twice")
        #expect(Twice<Double>().label == "Twice")
    }

    /// A variable takes the profile of a whole process, and says when it cannot be followed.
    @Test func environment() {
        func settings(_ value: String?) -> RuntimeSettings {
            RuntimeSettings(machine: RuntimeTests.machine) {
                $0 == "GESTALT_PROFILE" ? value : nil
            }
        }
        #expect(settings("1").profiles && settings("1").complaints.isEmpty)
        #expect(!settings("0").profiles && !settings(nil).profiles)
        #expect(!settings("yes").profiles && settings("yes").complaints.count == 1)
    }
}

private struct Twice<Scalar: FloatingScalar>: Operation {
    func forward(
        _ x: [Tensor<Scalar>], needs: Needs
    ) -> (value: Tensor<Scalar>, residual: Void) { (x[0] * 2, ()) }

    func pullback(_ cotangent: Tensor<Scalar>, _: Void, needs: Needs) -> [Tensor<Scalar>?] {
        [cotangent * 2]
    }
}
