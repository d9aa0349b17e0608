import Foundation
import Synchronization

/// The lock that reserves a run's folder, or other work, for one process at a time.
///
/// The system releases the lock when the process ends for any reason: a stale file is reused. File
/// systems without lock support grant it to every process.
package final class RunLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Throws: ``TrainingError/running(path:process:)`` while another process holds it,
    ///   ``TrainingError/output(path:reason:)`` when the file cannot be created.
    package convenience init(_ folder: RunFolder) throws(TrainingError) {
        try self.init(file: folder.lock, of: folder.path)
    }

    /// - Parameters:
    ///   - path: the file of the lock.
    ///   - subject: what it reserves, for the error.
    package init(file path: String, of subject: String) throws(TrainingError) {
        while true {
            let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else {
                throw .output(path: path, reason: String(cString: strerror(errno)))
            }
            if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
                let code = errno
                if code == EWOULDBLOCK {
                    let holder = Self.holder(path)
                    close(descriptor)
                    throw .running(path: subject, process: holder)
                }
                if code == EINTR {
                    close(descriptor)
                    continue
                }
            }
            // The previous holder may have removed the file after it was opened here.
            guard Self.isSame(descriptor, path) else {
                close(descriptor)
                continue
            }
            self.path = path
            self.descriptor = descriptor
            break
        }
        let text = Array("\(ProcessInfo.processInfo.processIdentifier)\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    deinit {
        unlink(path)
        close(descriptor)
    }

    private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
        var (mine, there) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && stat(path, &there) == 0
            && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
    }

    private static func holder(_ path: String) -> Int? {
        FileManager.default.contents(atPath: path).flatMap {
            Int(String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
