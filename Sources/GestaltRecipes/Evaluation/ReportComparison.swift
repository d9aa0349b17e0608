import Foundation
import GestaltChecks
import GestaltIO
import GestaltMetrics

/// A method's scores over several runs, and its paired difference to another method on the same
/// images.
///
/// ```swift
/// let ours = try SegmentationReport.read(["ours-0.json", "ours-1.json"])
/// let baseline = try SegmentationReport.read(["unet-0.json", "unet-1.json"])
/// let comparison = try ReportComparison(ours, against: baseline)
/// print(comparison.difference!)                  // estimate, lower and upper bound
/// ```
public struct ReportComparison: Sendable, Codable {
    /// The scores of one method.
    public struct Method: Sendable, Codable {
        /// IoU per image of each run.
        public let runs: [Double]
        public let mean: Double
        /// The standard deviation over runs; nil for a single one.
        public let deviation: Double?
        /// The interval of the mean over clips.
        public let interval: ConfidenceInterval

        fileprivate init(_ scores: PairedScores, _ bootstrap: Bootstrap) {
            (runs, mean, deviation) = (scores.means, scores.mean, scores.deviation)
            interval = scores.interval(bootstrap)
        }
    }

    /// The scored class; nil for foreground.
    public let label: Int?
    public let imageCount: Int
    public let method: Method
    public let baseline: Method?
    /// The mean difference, method minus baseline, with its interval over clips.
    public let difference: ConfidenceInterval?

    /// A report with its name for messages, a path for instance.
    public typealias Named = (name: String, report: SegmentationReport)

    /// - Parameters:
    ///   - reports: the runs of a method.
    ///   - baseline: those of another; empty for none.
    ///   - label: the class to compare; nil for foreground.
    /// - Throws: ``ReportMismatch`` for a report of other images, or without scores of the class.
    /// - Precondition: at least one report.
    public init(
        _ reports: [Named], against baseline: [Named] = [], label: Int? = nil,
        bootstrap: Bootstrap = Bootstrap()
    ) throws(ReportMismatch) {
        require(!reports.isEmpty, "ReportComparison: no report")
        let first = reports[0].report
        for (name, report) in reports + baseline {
            try report.requireImages(of: first, name)
            if let label { try report.requireScores(of: label, name) }
        }
        var places: [String: Int] = [:]
        for image in first.images where places[image.clip] == nil {
            places[image.clip] = places.count
        }
        let clips = first.images.compactMap { places[$0.clip] }
        func scores(_ reports: [Named]) -> PairedScores {
            PairedScores(runs: reports.map { $0.report.scores(label: label) }, clips: clips)
        }
        let ours = scores(reports)
        let theirs = baseline.isEmpty ? nil : scores(baseline)
        self.label = label
        imageCount = first.imageCount
        method = Method(ours, bootstrap)
        self.baseline = theirs.map { Method($0, bootstrap) }
        difference = theirs.map { ours.difference(to: $0, bootstrap) }
    }
}

/// Reports that cannot be compared.
public struct ReportMismatch: Error, Sendable, Equatable, CustomStringConvertible {
    /// The report, a path for instance.
    public let report: String
    public let expected: String
    public let found: String

    public var description: String { "\(report): expected \(expected), found \(found)" }
}

/// The size limit of a report: some hundred bytes an image.
private let largestReport = 1 << 30

extension SegmentationReport {
    /// Reads reports as `gestalt evaluate --json` prints them; of a report on instances its
    /// ``InstanceReport/masks``.
    ///
    /// - Throws: ``ReportMismatch`` for a file that holds no report of a segmentation model;
    ///   `FileError` for one that cannot be read.
    public static func read(_ paths: [String]) throws -> [ReportComparison.Named] {
        try paths.map { path in
            let bytes = Data(try FileReader.bytes(path: path, limit: largestReport))
            let decoder = JSONDecoder()
            let report =
                (try? decoder.decode(Self.self, from: bytes))
                ?? (try? decoder.decode(InstanceReport.self, from: bytes))?.masks
            guard let report else {
                throw ReportMismatch(
                    report: path,
                    expected: "what evaluate --json prints for a segmentation model, with the "
                        + "scores of its images",
                    found: "another file")
            }
            return (path, report)
        }
    }

    fileprivate func requireImages(
        of other: SegmentationReport, _ name: String
    ) throws(ReportMismatch) {
        let (own, others) = (places, other.places)
        guard own != others else { return }
        let place = zip(own, others).first { $0 != $1 }
        throw ReportMismatch(
            report: name,
            expected: "\(others.count) images of \(other.data), \(other.split)"
                + (place.map { ", \($0.1) among them" } ?? ""),
            found: "\(own.count) of \(data), \(split)" + (place.map { ", \($0.0)" } ?? ""))
    }

    private var places: [String] { images.map { "\($0.clip), frame \($0.frame)" } }

    fileprivate func requireScores(of label: Int, _ name: String) throws(ReportMismatch) {
        let labels = classes.map(\.label)
        guard !labels.contains(label) else { return }
        throw ReportMismatch(
            report: name, expected: "scores of class \(label)",
            found: labels.isEmpty ? "foreground alone" : "classes \(labels)")
    }
}
