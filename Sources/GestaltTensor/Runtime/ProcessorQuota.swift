#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The processor time that Linux control groups grant this process, in processors: the limit of
/// containers and batch systems, which the affinity mask does not reflect.
///
/// The least quota of all groups from the process' own up to the root of the mount applies. Version
/// 2 has `cpu.max`, version 1 `cpu.cfs_quota_us` and `cpu.cfs_period_us`.
package enum ProcessorQuota {
    /// The quota of this process; nil without a quota or without control groups.
    static var current: Double? {
        guard let groups = contents("/proc/self/cgroup"),
            let mounts = contents("/proc/self/mountinfo")
        else { return nil }
        return least(groups: groups, mounts: mounts, read: contents)
    }

    /// Returns the least quota of the groups.
    ///
    /// - Parameters:
    ///   - groups: The contents of `/proc/self/cgroup`.
    ///   - mounts: The contents of `/proc/self/mountinfo`.
    ///   - read: Returns the contents of a file, nil when it cannot be read.
    package static func least(
        groups: String, mounts: String, read: (_ path: String) -> String?
    ) -> Double? {
        let hierarchies = self.mounts(in: mounts)
        var quotas: [Double] = []
        for group in self.groups(in: groups) {
            for mount in hierarchies where mount.isUnified == group.isUnified {
                for folder in folders(of: group.path, under: mount) {
                    let quota =
                        mount.isUnified
                        ? read(folder + "/cpu.max").flatMap(unifiedQuota)
                        : periodQuota(
                            read(folder + "/cpu.cfs_quota_us"),
                            read(folder + "/cpu.cfs_period_us"))
                    if let quota { quotas.append(quota) }
                }
            }
        }
        return quotas.min()
    }

    // MARK: Quotas

    /// Processors from the text of `cpu.max`: `max 100000`, or microseconds in a period.
    static func unifiedQuota(_ text: String) -> Double? {
        let words = text.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, let quota = Double(first) else { return nil }
        return processors(quota, words.count > 1 ? Double(words[1]) : 100_000)
    }

    /// Processors from the two files of version 1, whose quota is −1 if there is none.
    static func periodQuota(_ quota: String?, _ period: String?) -> Double? {
        guard let quota = quota.flatMap(number), let period = period.flatMap(number) else {
            return nil
        }
        return processors(quota, period)
    }

    private static func processors(_ quota: Double, _ period: Double?) -> Double? {
        guard let period, quota > 0, period > 0, quota.isFinite, period.isFinite else { return nil }
        return quota / period
    }

    private static func number(_ text: String) -> Double? {
        text.split(whereSeparator: \.isWhitespace).first.flatMap { Double($0) }
    }

    // MARK: Places

    private struct Group {
        let path: String
        let isUnified: Bool
    }

    private struct Mount {
        /// The mounted group and its mount point.
        let root: String
        let point: String
        let isUnified: Bool
    }

    /// Returns the groups of the process that may limit processors: lines
    /// `number:controllers:path`.
    private static func groups(in text: String) -> [Group] {
        text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            let isUnified = parts[0] == "0" && parts[1].isEmpty
            guard isUnified || parts[1].split(separator: ",").contains("cpu") else { return nil }
            return Group(path: String(parts[2]), isUnified: isUnified)
        }
    }

    /// Returns the mounted hierarchies: lines
    /// `id parent device root point options… - type source options`.
    private static func mounts(in text: String) -> [Mount] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else {
                return nil
            }
            let isUnified = fields[dash + 1] == "cgroup2"
            let hasProcessors = fields[dash + 3].split(separator: ",").contains("cpu")
            guard isUnified || (fields[dash + 1] == "cgroup" && hasProcessors) else { return nil }
            return Mount(
                root: unescaped(fields[3]), point: unescaped(fields[4]), isUnified: isUnified)
        }
    }

    /// Returns the folders of a group and of those above it, as far as they are mounted. In a
    /// container the path may lie outside of the mount: then only the mounted group is included.
    private static func folders(of path: String, under mount: Mount) -> [String] {
        var names = path.split(separator: "/")
        let root = mount.root.split(separator: "/")
        guard names.starts(with: root), !names.contains("..") else { return [mount.point] }
        names.removeFirst(root.count)
        return (0...names.count).map { ([mount.point] + names.prefix($0).map(String.init)) }
            .map { $0.joined(separator: "/") }
    }

    /// Replaces the octal escapes of spaces and the like: `\040`.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(field.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.count >= 3,
                let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Returns the contents of a small file; files below `/proc` do not report their size.
    private static func contents(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&block, 1, block.count, file)
            if count == 0 { break }
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
