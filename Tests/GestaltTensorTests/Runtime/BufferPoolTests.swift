import GestaltTensor
import Testing

extension RuntimeTests {
    @Suite(.serialized) struct BufferPoolTests {
        @Test(arguments: [0, 1, 64, 65, 512, 513, 4096, 1 << 20, (1 << 20) + 1, 5 << 20])
        func buffersAreAlignedAndLargeEnough(_ byteCount: Int) {
            let buffer = BufferPool.allocate(byteCount: byteCount)
            defer { BufferPool.release(buffer, byteCount: byteCount) }
            #expect(Int(bitPattern: buffer) % 64 == 0)
            buffer.initializeMemory(as: UInt8.self, repeating: 7, count: byteCount)
            if byteCount > 0 {
                #expect(buffer.load(fromByteOffset: byteCount - 1, as: UInt8.self) == 7)
            }
        }

        @Test func sizeClassesCoverAndGrowByAnEighth() {
            #expect(SizeClasses.byteCount(ofClass: 0) == 64)
            for index in 1..<SizeClasses.count {
                let size = SizeClasses.byteCount(ofClass: index)
                let before = SizeClasses.byteCount(ofClass: index - 1)
                #expect(size > before)
                #expect(size - before <= max(64, before / 8))
                #expect(SizeClasses.index(forByteCount: size) == index)
                #expect(SizeClasses.index(forByteCount: before + 1) == index)
            }
        }

        /// Sizes that no other test uses, since the pool is the process's.
        @Test(arguments: [200_003, 37 << 20])
        func aReleasedBufferIsUsedAgain(_ byteCount: Int) {
            let first = BufferPool.allocate(byteCount: byteCount)
            BufferPool.release(first, byteCount: byteCount)
            let second = BufferPool.allocate(byteCount: byteCount)
            #expect(first == second)
            BufferPool.release(second, byteCount: byteCount)
        }

        @Test func buffersInUseAreDistinct() {
            let buffers = (0..<1000).map { _ in BufferPool.allocate(byteCount: 100) }
            #expect(Set(buffers).count == 1000)
            for buffer in buffers { BufferPool.release(buffer, byteCount: 100) }
        }

        /// The next three in processes of their own, where nothing else allocates.
        @Test func useAndHighWaterMarkAreCounted() async {
            await #expect(processExitsWith: .success) {
                let byteCount = 64 << 20
                let buffer = BufferPool.allocate(byteCount: byteCount)
                let small = BufferPool.allocate(byteCount: 100)
                precondition(Runtime.memory.bytesInUse == byteCount + 128)
                BufferPool.release(buffer, byteCount: byteCount)
                precondition(Runtime.memory.bytesInUse == 128)
                precondition(Runtime.memory.bytesCached == byteCount)
                precondition(Runtime.memory.peakBytesInUse == byteCount + 128)
                Runtime.resetPeakMemory()
                precondition(Runtime.memory.peakBytesInUse == 128)
                BufferPool.release(small, byteCount: 100)
            }
        }

        @Test func trimGivesTheCacheBack() async {
            await #expect(processExitsWith: .success) {
                for byteCount in [100, 5000, 300 << 20] {
                    BufferPool.release(
                        BufferPool.allocate(byteCount: byteCount), byteCount: byteCount)
                }
                precondition(Runtime.memory.bytesCached > 300 << 20)
                Runtime.trimCache()
                precondition(Runtime.memory.bytesCached == 0)
            }
        }

        /// Sizes that never come back do not pile up beside the largest use.
        @Test func theCacheIsBoundedByUse() async {
            await #expect(processExitsWith: .success) {
                let largest = 320 << 20
                for byteCount in stride(from: 8 << 20, through: largest, by: 8 << 20) {
                    BufferPool.release(
                        BufferPool.allocate(byteCount: byteCount), byteCount: byteCount)
                }
                precondition(Runtime.memory.bytesCached <= largest / 4 * 5 + (64 << 20))
            }
        }

        @Test func absurdSizesEndTheProgram() async {
            await #expect(processExitsWith: .failure) {
                _ = BufferPool.allocate(byteCount: 1 << 50)
            }
            await #expect(processExitsWith: .failure) { _ = BufferPool.allocate(byteCount: -1) }
        }

        @Test func threadsShareThePool() {
            parallelFor(64) { task in
                for round in 0..<200 {
                    let byteCount = 64 + (task * 37 + round * 101) % 5000
                    let buffer = BufferPool.allocate(byteCount: byteCount)
                    buffer.storeBytes(of: task, as: Int.self)
                    #expect(buffer.load(as: Int.self) == task)
                    BufferPool.release(buffer, byteCount: byteCount)
                }
            }
        }
    }
}
