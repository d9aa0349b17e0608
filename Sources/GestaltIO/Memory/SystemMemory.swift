#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The additional memory available to this process, and the origin of the bound.
///
/// The minimum of the machine's free memory, the remainder of the control group's limit (versions 1
/// and 2) and the remainder of the address-space limit; nil on systems without `/proc`.
public struct SystemMemory: Sendable, Equatable {
    /// Bytes in addition to those already used by the process.
    public let bytes: Int
    /// The origin of the bound, in readable form.
    public let bound: String

    public static var headroom: SystemMemory? { headroom(root: "") }

    /// The resident bytes of this process.
    public static var residentBytes: Int? { Self.pages(1, root: "") }

    /// - Parameter root: the folder used in place of `/`, for the files of tests.
    package static func headroom(root: String) -> SystemMemory? {
        let bounds = [
            machine(root), group(root), addressSpace(root),
        ].compactMap { $0 }
        return bounds.min { $0.bytes < $1.bytes }
    }

    private static func machine(_ root: String) -> SystemMemory? {
        for line in lines(root + "/proc/meminfo") where line.hasPrefix("MemAvailable:") {
            guard let kibibytes = numbers(line).first else { return nil }
            return SystemMemory(bytes: kibibytes * 1024, bound: "the machine has free")
        }
        return nil
    }

    private static func addressSpace(_ root: String) -> SystemMemory? {
        for line in lines(root + "/proc/self/limits") where line.hasPrefix("Max address space") {
            guard let limit = numbers(line).first, let used = pages(0, root: root) else {
                return nil
            }
            return SystemMemory(
                bytes: max(0, limit - used), bound: "the limit on the address space leaves")
        }
        return nil
    }

    /// Returns the most restrictive group from this process's up to the outermost.
    private static func group(_ root: String) -> SystemMemory? {
        var tightest: SystemMemory?
        for line in lines(root + "/proc/self/cgroup") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isUnified = parts[0] == "0" && parts[1].isEmpty
            guard isUnified || parts[1].split(separator: ",").contains("memory") else { continue }
            let top = root + "/sys/fs/cgroup" + (isUnified ? "" : "/memory")
            var folders = [top]
            for part in parts[2].split(separator: "/") {
                folders.append(folders.last! + "/" + part)
            }
            for folder in folders {
                guard let left = isUnified ? left(unified: folder) : left(version1: folder) else {
                    continue
                }
                if left < tightest?.bytes ?? .max {
                    tightest = SystemMemory(bytes: left, bound: "the control group leaves")
                }
            }
        }
        return tightest
    }

    private static func left(unified folder: String) -> Int? {
        left(
            limit: folder + "/memory.max", usage: folder + "/memory.current",
            statistics: folder + "/memory.stat", reclaimable: "inactive_file")
    }

    private static func left(version1 folder: String) -> Int? {
        left(
            limit: folder + "/memory.limit_in_bytes", usage: folder + "/memory.usage_in_bytes",
            statistics: folder + "/memory.stat", reclaimable: "total_inactive_file")
    }

    /// Returns the remaining memory; inactive file pages count as free.
    private static func left(
        limit: String, usage: String, statistics: String, reclaimable: String
    ) -> Int? {
        guard let limit = lines(limit).first.flatMap({ Int($0) }),
            let usage = lines(usage).first.flatMap({ Int($0) })
        else { return nil }
        let free = lines(statistics).first { $0.hasPrefix(reclaimable + " ") }
        return max(0, limit - usage + (free.flatMap { numbers($0).last } ?? 0))
    }

    /// Returns field `index` of `/proc/self/statm`, in bytes.
    private static func pages(_ index: Int, root: String) -> Int? {
        guard let line = lines(root + "/proc/self/statm").first else { return nil }
        let fields = numbers(line)
        return fields.indices.contains(index) ? fields[index] * Int(getpagesize()) : nil
    }

    /// Of a file that says nothing of its length, as those of `/proc`; none where it cannot be read.
    private static func lines(_ path: String) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4096)
        while case let count = fread(&part, 1, part.count, file), count > 0 {
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func numbers(_ line: String) -> [Int] {
        line.split { $0 == " " || $0 == "\t" }.compactMap { Int($0) }
    }
}
