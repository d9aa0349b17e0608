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
            if byteCount > 0 { #expect(buffer.load(fromByteOffset: byteCount - 1, as: UInt8.self) == 7) }
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

        /// Other tests allocate meanwhile, but never this much.
        @Test func useAndHighWaterMarkAreCounted() {
            let byteCount = 1 << 30
            let before = Runtime.memory.bytesInUse
            let buffer = BufferPool.allocate(byteCount: byteCount)
            #expect(Runtime.memory.bytesInUse >= byteCount)
            #expect(Runtime.memory.peakBytesInUse >= byteCount)
            BufferPool.release(buffer, byteCount: byteCount)
            #expect(Runtime.memory.peakBytesInUse >= byteCount)
            Runtime.resetPeakMemory()
            #expect(Runtime.memory.peakBytesInUse < before + byteCount)
        }

        @Test func trimGivesTheCacheBack() {
            let byteCount = 300 << 20
            BufferPool.release(BufferPool.allocate(byteCount: byteCount), byteCount: byteCount)
            #expect(Runtime.memory.bytesCached >= byteCount)
            Runtime.trimCache()
            #expect(Runtime.memory.bytesCached < byteCount)
        }

        /// Sizes that never come back do not pile up beside the largest use.
        @Test func theCacheIsBoundedByUse() {
            let sizes = (1...40).map { $0 * 8 << 20 }
            for size in sizes { BufferPool.release(BufferPool.allocate(byteCount: size), byteCount: size) }
            let report = Runtime.memory
            #expect(report.bytesCached < 4 << 30)
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
