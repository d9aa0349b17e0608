import GestaltNN
import GestaltTensor
import Testing

/// Mistakes of the programmer stop the program.
@Suite struct PreconditionTests {
    @Test func anInputThatDoesNotFitItsLayer() async {
        await #expect(processExitsWith: .failure) {
            _ = BatchNorm(channels: 3)(.zeros([2, 4]), .inference)
        }
    }

    @Test func aLabelThatIsNoClassAndWhatTheProgrammerReads() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            _ = crossEntropy(Tensor<Float>(rows: [[1, 2, 3]]), Tensor<Int32>([7]))
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("crossEntropy: label 7 is none of 3 classes"))
    }

    @Test func oneValuePerChannelInTraining() async throws {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let x = Tensor<Float>.ones([1, 3])
            _ = x.batchNormalized(scale: .ones([3]), shift: .zeros([3]), epsilon: 1e-5)
        }
        let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
        #expect(text.contains("[1, 3] has one value per channel, which has no variance"))
    }

    @Test func aBufferUpdatedOutsideOfATrainingStep() async {
        await #expect(processExitsWith: .failure) {
            _ = BatchNorm(channels: 3)(
                .ones([2, 3]), Context.training(random: RandomStream(seed: 0)))
        }
    }
}
