import ArgumentParser
import Foundation
import GestaltTensor

/// `gestalt doctor`: the machine's hardware and throughput, and warnings about misconfiguration.
struct Doctor: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Report hardware, kernels and throughput; warn about misconfiguration.")

    @Flag(help: "Print the report as JSON.")
    var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let diagnosis = Runtime.diagnose()
        guard json else {
            print("\(diagnosis)")
            return
        }
        let findings = diagnosis.findings
        try printJSON([
            "processor": findings.processor.model,
            "instruction_set": "\(findings.instructionSet)",
            "library": findings.library,
            "core_type_before": findings.coreTypeBefore,
            "core_type_after": findings.coreTypeAfter,
            "core_type_reason": findings.coreTypeReason,
            "available_cpus": findings.availableCPUs,
            "threads": findings.threads,
            "threads_reason": findings.threadsReason,
            "sgemm_one_thread_gflops": findings.speeds.productOneThread,
            "sgemm_all_threads_gflops": findings.speeds.productAllThreads,
            "read_write_gb_per_second": findings.speeds.streaming,
            "copy_gb_per_second": findings.speeds.copying,
            "warnings": diagnosis.warnings,
        ])
    }
}
