import ArgumentParser
import Foundation
import GestaltTensor

/// `gestalt doctor`: what this machine gives, and what holds it back.
struct Doctor: GestaltCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure this machine and say what holds it back.")

    @Flag(help: "Print the findings as JSON.")
    var json = false
    @OptionGroup(title: "Common options") var common: CommonOptions

    func run() throws {
        let diagnosis = Runtime.diagnose()
        guard json else {
            print(diagnosis)
            return
        }
        let findings = diagnosis.findings
        try printJSON([
            "processor": findings.processor.model,
            "instructionSet": "\(findings.instructionSet)",
            "library": findings.library,
            "coreTypeBefore": findings.coreTypeBefore,
            "coreTypeAfter": findings.coreTypeAfter,
            "coreTypeReason": findings.coreTypeReason,
            "availableCPUs": findings.availableCPUs,
            "threads": findings.threads,
            "threadsReason": findings.threadsReason,
            "sgemmOneThreadGFLOPS": findings.speeds.productOneThread,
            "sgemmAllThreadsGFLOPS": findings.speeds.productAllThreads,
            "readWriteGBPerSecond": findings.speeds.streaming,
            "copyGBPerSecond": findings.speeds.copying,
            "warnings": diagnosis.warnings,
        ])
    }
}
