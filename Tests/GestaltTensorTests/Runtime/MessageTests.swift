import GestaltTensor
import Testing

/// Mistakes of the programmer end the program with a sentence, in optimized builds too.
@Suite struct MessageTests {
    typealias F = Tensor<Float>

    private func text(_ result: ExitTest.Result?) throws -> String {
        String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    }

    @Test func innerLengths() async throws {
        let message = try text(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = F.zeros([2, 3]).matmul(.zeros([4, 5]))
            })
        #expect(message.contains("matmul: inner lengths of [2, 3] and [4, 5] differ"))
    }

    @Test func nothingHasNoExtremum() async throws {
        let message = try text(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = F.zeros([0, 4]).max()
            })
        #expect(message.contains("max: an axis of [0, 4] is empty"))
    }

    @Test func oneValuePerChannel() async throws {
        let message = try text(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = F.zeros([1, 1, 4])
                    .batchNormalized(scale: .ones([4]), shift: .zeros([4]), epsilon: 1e-5)
            })
        #expect(message.contains("batchNormalized: [1, 1, 4] has one value per channel"))
    }

    @Test func memory() async throws {
        let message = try text(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = BufferPool.allocate(byteCount: 1 << 46)
            })
        #expect(message.contains("The system has no 70368744177664 bytes left for a buffer"))
    }
}
