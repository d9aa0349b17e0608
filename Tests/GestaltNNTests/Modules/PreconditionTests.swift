import GestaltNN
import GestaltTensor
import Testing

/// Mistakes of the programmer stop the program.
@Suite struct PreconditionTests {
    @Test("an input that does not fit its layer")
    func wrongWidth() async {
        await #expect(processExitsWith: .failure) {
            _ = BatchNorm(channels: 3)(.zeros([2, 4]), .inference)
        }
    }

    @Test("a label that is no class")
    func wrongLabel() async {
        await #expect(processExitsWith: .failure) {
            _ = crossEntropy(Tensor<Float>.zeros([1, 3]), Tensor<Int32>([3]))
        }
    }

    @Test("a buffer updated outside of a training step")
    func bufferWithoutSlot() async {
        await #expect(processExitsWith: .failure) {
            _ = BatchNorm(channels: 3)(.ones([2, 3]), Context(training: true))
        }
    }
}
