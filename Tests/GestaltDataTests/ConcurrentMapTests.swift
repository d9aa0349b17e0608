import Foundation
import GestaltData
import GestaltTensor
import Synchronization
import Testing

@Suite struct ConcurrentMapTests {
    private struct Failure: Error, Equatable { let index: Int }

    @Test func resultsStandInOrder() throws {
        #expect(try concurrentMap(count: 100) { $0 * $0 } == (0..<100).map { $0 * $0 })
        #expect(try concurrentMap(count: 0) { $0 }.isEmpty)
    }

    @Test func theErrorIsThatOfTheLowestIndex() {
        for _ in 0..<20 {
            #expect(throws: Failure(index: 7)) {
                try concurrentMap(count: 64) { index in
                    if index >= 7 { throw Failure(index: index) }
                }
            }
        }
    }

    @Test func noMoreThreadsWorkThanTheRuntimeHas() throws {
        let counts = Mutex((now: 0, most: 0))
        _ = try concurrentMap(count: 40) { _ in
            counts.withLock {
                $0.now += 1
                $0.most = max($0.most, $0.now)
            }
            Thread.sleep(forTimeInterval: 0.001)
            counts.withLock { $0.now -= 1 }
        }
        #expect(counts.withLock { $0.most } <= Runtime.threads)
    }
}
