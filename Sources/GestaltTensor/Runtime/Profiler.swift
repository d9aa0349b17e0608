import CKernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The recording of operations for the active profiles.
enum Profiler {
    /// 0 before the environment is read, 1 without an active profile, 2 otherwise.
    private static let state = Atomic<UInt8>(0)
    private static let recorders = Mutex<[ProfileRecorder]>([])

    /// Whether any profile is active.
    @inline(__always)
    static var isOn: Bool {
        let state = state.load(ordering: .relaxed)
        return state != 1 && (state == 2 || startedByEnvironment)
    }

    /// Whether any profile is active, after starting that of the whole process if
    /// `GESTALT_PROFILE` is 1.
    private static var startedByEnvironment: Bool {
        recorders.withLock { recorders in
            guard state.load(ordering: .relaxed) == 0 else { return }
            if RuntimeSettings.initial.profiles {
                recorders.append(wholeProcess)
                atexit { printToStandardError(Profiler.wholeProcess.profile.description + "\n") }
            }
            state.store(recorders.isEmpty ? 1 : 2, ordering: .relaxed)
        }
        return state.load(ordering: .relaxed) == 2
    }

    private static let wholeProcess = ProfileRecorder()

    static func begin() -> ProfileRecorder {
        _ = isOn
        let recorder = ProfileRecorder()
        recorders.withLock {
            $0.append(recorder)
            state.store(2, ordering: .relaxed)
        }
        return recorder
    }

    static func end(_ recorder: ProfileRecorder) {
        recorders.withLock {
            $0.removeAll { $0 === recorder }
            state.store($0.isEmpty ? 1 : 2, ordering: .relaxed)
        }
    }

    /// One measured call on a thread; nested calls add their time to it.
    private struct Frame {
        var nested: UInt64 = 0
    }

    /// The thread-local slot that holds the innermost frame.
    private static let slot: Int32 = 1

    /// Runs `body` and records it in all active profiles.
    /// - Parameter bytes: Bytes of operands and results.
    static func measure<Result>(
        _ name: String, _ phase: Profile.Phase, _ shapes: [Shape], _ body: () -> Result,
        bytes: (Result) -> Int
    ) -> Result {
        var frame = Frame()
        let outer = gk_thread_slot_get(slot)
        let (result, nanoseconds) = withUnsafeMutablePointer(to: &frame) { frame in
            gk_thread_slot_set(slot, frame)
            defer { gk_thread_slot_set(slot, outer) }
            let start = gk_nanoseconds()
            let result = body()
            return (result, gk_nanoseconds() - start)
        }
        outer?.assumingMemoryBound(to: Frame.self).pointee.nested += nanoseconds
        let own = nanoseconds - min(frame.nested, nanoseconds)
        let size = bytes(result)
        for recorder in recorders.withLock({ $0 }) {
            recorder.add(
                ProfileRecorder.Key(name: name, phase: phase, shapes: shapes),
                seconds: Double(nanoseconds) * 1e-9, own: Double(own) * 1e-9, bytes: size)
        }
        return result
    }

    /// Runs a part of an operation whose result is one tensor, and records it in all active
    /// profiles.
    static func part<Scalar>(
        _ name: @autoclosure () -> String, _ operands: @autoclosure () -> [Tensor<Scalar>],
        _ body: () -> Tensor<Scalar>
    ) -> Tensor<Scalar> {
        guard isOn else { return body() }
        let operands = operands()
        return measure(name(), .part, operands.map(\.shape), body) { byteCount(operands + [$0]) }
    }

    static func byteCount<Scalar>(_ tensors: [Tensor<Scalar>]) -> Int {
        tensors.reduce(0) { $0 + $1.count } * MemoryLayout<Scalar>.stride
    }
}

private func printToStandardError(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = write(
                STDERR_FILENO, UnsafeRawPointer(bytes.baseAddress! + rest.startIndex), rest.count)
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }
}

/// The rows of an active profile.
final class ProfileRecorder: Sendable {
    struct Key: Hashable {
        let name: String
        let phase: Profile.Phase
        let shapes: [Shape]
    }

    private let start = gk_nanoseconds()
    private let rows = Mutex<[Key: Profile.Row]>([:])

    func add(_ key: Key, seconds: Double, own: Double, bytes: Int) {
        rows.withLock {
            var row =
                $0[key] ?? Profile.Row(name: key.name, phase: key.phase, shapes: key.shapes)
            row.calls += 1
            row.seconds += seconds
            row.ownSeconds += own
            row.bytes += bytes
            $0[key] = row
        }
    }

    /// The rows up to now.
    var profile: Profile {
        let rows = rows.withLock { Array($0.values) }
        return Profile(
            rows: rows.sorted { ($0.ownSeconds, $1.name) > ($1.ownSeconds, $0.name) },
            seconds: Double(gk_nanoseconds() - start) * 1e-9)
    }
}
