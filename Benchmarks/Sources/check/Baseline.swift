import Foundation
import GestaltTensor

/// The ratios that a machine once had, in `baselines/<instruction set>.json`.
struct Baseline: Codable {
    var instructionSet: String
    var threads: Int
    /// Processor, features and BLAS, as the runtime describes them.
    var machine: [String]
    var ratios: [String: Double]

    /// `Benchmarks/baselines`, seen from this file.
    static var standardFolder: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../baselines")
            .standardizedFileURL.path(percentEncoded: false)
    }

    private static func place(_ folder: String) -> URL {
        URL(filePath: folder).appending(path: "\(Runtime.instructionSet).json")
    }

    private static var machine: [String] {
        Runtime.description.split(separator: "\n").map(String.init).filter {
            ["processor", "features", "BLAS"].contains($0.prefix { $0 != ":" })
        }
    }

    /// Nil when there is none for the instruction set and the number of threads in force.
    static func read(folder: String) throws -> Baseline? {
        let place = place(folder)
        guard FileManager.default.fileExists(atPath: place.path(percentEncoded: false)) else {
            return nil
        }
        let found = try JSONDecoder().decode(Baseline.self, from: Data(contentsOf: place))
        return found.threads == Runtime.threads ? found : nil
    }

    /// Writes new ratios; `isWhole` when rows that were not measured are to go.
    /// - Returns: the file's path.
    static func write(
        _ ratios: [String: Double], isWhole: Bool, folder: String
    ) throws -> String {
        var all = isWhole ? [:] : try read(folder: folder)?.ratios ?? [:]
        for (name, ratio) in ratios { all[name] = (ratio * 1000).rounded() / 1000 }
        let baseline = Baseline(
            instructionSet: "\(Runtime.instructionSet)", threads: Runtime.threads,
            machine: machine, ratios: all)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        var data = try encoder.encode(baseline)
        data.append(UInt8(ascii: "\n"))
        let place = place(folder)
        try data.write(to: place, options: .atomic)
        return place.path(percentEncoded: false)
    }

    /// Says what the ratios were measured on, and whether that is this machine.
    func printMachine() {
        print("# baseline \(instructionSet), \(threads) threads")
        guard machine != Self.machine else { return }
        for line in machine { print("# baseline's \(line)") }
        print(
            "# note: the baseline is another machine's; --update makes one of this machine's own")
    }
}
