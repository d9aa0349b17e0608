import GestaltTensor
import Testing

/// Control groups as text: what the kernel shows in containers and batch systems.
@Suite struct ProcessorQuotaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let groups: String
        let mounts: String
        let files: [String: String]
        let quota: Double?
    }

    private static let unified =
        "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
    private static let processors =
        "33 32 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
    private static let memory =
        "34 32 0:30 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory\n"

    @Test(arguments: [
        Case(testDescription: "no groups", groups: "", mounts: "", files: [:], quota: nil),
        Case(
            testDescription: "v2 with a quota", groups: "0::/job\n", mounts: unified,
            files: ["/sys/fs/cgroup/job/cpu.max": "150000 100000\n"], quota: 1.5),
        Case(
            testDescription: "v2 without one", groups: "0::/job\n", mounts: unified,
            files: ["/sys/fs/cgroup/job/cpu.max": "max 100000\n"], quota: nil),
        Case(
            testDescription: "v2, the period left out", groups: "0::/job\n", mounts: unified,
            files: ["/sys/fs/cgroup/job/cpu.max": "400000\n"], quota: 4),
        Case(
            testDescription: "v2, a parent holds less", groups: "0::/a/b/c\n", mounts: unified,
            files: [
                "/sys/fs/cgroup/a/b/c/cpu.max": "800000 100000",
                "/sys/fs/cgroup/a/b/cpu.max": "max 100000",
                "/sys/fs/cgroup/a/cpu.max": "200000 100000",
            ], quota: 2),
        Case(
            testDescription: "v2 in a container that sees its group as the root", groups: "0::/\n",
            mounts: unified, files: ["/sys/fs/cgroup/cpu.max": "100000 100000"], quota: 1),
        Case(
            testDescription: "v2, a path outside of the namespace", groups: "0::/../../job\n",
            mounts: unified, files: ["/sys/fs/cgroup/cpu.max": "300000 100000"], quota: 3),
        Case(
            testDescription: "v1 with a quota", groups: "5:cpu,cpuacct:/job\n4:memory:/job\n",
            mounts: memory + processors,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "50000\n",
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
            ], quota: 0.5),
        Case(
            testDescription: "v1 without one", groups: "5:cpu,cpuacct:/job\n", mounts: processors,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000\n",
            ], quota: nil),
        Case(
            testDescription: "v1, the container's group mounted as the root",
            groups: "5:cpu,cpuacct:/docker/4f\n",
            mounts: "33 32 0:29 /docker/4f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "250000",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000",
            ], quota: 2.5),
        Case(
            testDescription: "v1, a group that is not mounted here",
            groups: "5:cpu:/system.slice\n",
            mounts: "33 32 0:29 /docker/4f /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
            files: [
                "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000",
                "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "50000",
            ], quota: 2),
        Case(
            testDescription: "both versions, processors in the first",
            groups: "1:cpu:/job\n0::/job\n", mounts: unified + processors,
            files: [
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "300000",
                "/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "100000",
            ], quota: 3),
        Case(
            testDescription: "a mount point with a space", groups: "0::/\n",
            mounts: "30 24 0:26 / /my\\040groups rw - cgroup2 none rw\n",
            files: ["/my groups/cpu.max": "100000 100000"], quota: 1),
        Case(
            testDescription: "a colon in the path", groups: "0::/a:b\n", mounts: unified,
            files: ["/sys/fs/cgroup/a:b/cpu.max": "100000 100000"], quota: 1),
        Case(
            testDescription: "lines that mean nothing", groups: "nonsense\n0::/job\n",
            mounts: "x\n1 2 3 - cgroup2\n" + unified,
            files: ["/sys/fs/cgroup/job/cpu.max": "many 100000"], quota: nil),
        Case(
            testDescription: "a quota of zero", groups: "0::/\n", mounts: unified,
            files: ["/sys/fs/cgroup/cpu.max": "0 100000"], quota: nil),
    ])
    func quotas(_ test: Case) {
        let quota = ProcessorQuota.least(groups: test.groups, mounts: test.mounts) {
            test.files[$0]
        }
        #expect(quota == test.quota)
    }

    @Test(
        arguments: [
            (nil, 8, "affinity 8"), (0.5, 1, "affinity 8, control group quota 0.5"),
            (1, 1, "affinity 8, control group quota 1.0"), (1.9, 1, "affinity 8"),
            (2.5, 2, "quota"),
            (8, 8, "affinity 8"), (64, 8, "quota 64"),
        ] as [(Double?, Int, String)])
    func wholeProcessorsAtLeastOneNeverMoreThanTheAffinity(
        quota: Double?, threads: Int, reason: String
    ) {
        let machine = RuntimeSettings.Machine(
            cpus: 8, quota: quota, instructionSet: .avx2, physicalMemory: 0)
        let settings = RuntimeSettings(machine: machine) { _ in nil }
        #expect(settings.threads == threads)
        #expect(settings.threadsReason.contains(reason))
        #expect(RuntimeSettings(machine: machine) { _ in "5" }.threads == 5)
    }

    @Test(arguments: ["abc", "0", "-1", "1025", "99999999999999999999", "2.5", " 2", ""])
    func threadsThatMeanNothingAreNoticed(_ value: String) throws {
        let machine = RuntimeSettings.Machine(
            cpus: 3, instructionSet: .avx2, physicalMemory: 0)
        let settings = RuntimeSettings(machine: machine) { $0 == "GESTALT_THREADS" ? value : nil }
        #expect(settings.threads == 3)
        let complaint = try #require(settings.complaints.first)
        #expect(complaint.contains("GESTALT_THREADS=\(value) is ignored"))
        #expect(complaint.contains("a number from 1 to 1024"))
    }
}
