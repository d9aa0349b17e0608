import GestaltChecks
import GestaltTraining

/// An observer that warns when no pseudo-label of a class was used for a whole epoch.
///
/// An epoch is a pass over the unlabeled frames, or the steps between two evaluations if these are
/// fewer. A class is reported once, and again only if it was used in between.
final class UnusedClasses: TrainingObserver {
    private let epoch: Int
    private let thresholds: [Float]
    private let floor: Float
    private let band: Int
    private let notice: (String) -> Void
    /// The largest shares in the current epoch, and whether a class was reported.
    private var seen: [Double]
    private var used: [Double]
    private var isReported: [Bool]

    /// - Parameters:
    ///   - epoch: the number of steps of an epoch, at least 1.
    ///   - thresholds: of each class.
    ///   - floor: the weight of pixels below them.
    ///   - band: the width of the boundary band in pixels.
    init(
        epoch: Int, thresholds: [Float], floor: Float, band: Int,
        notice: @escaping (String) -> Void
    ) {
        require(epoch > 0, "UnusedClasses: an epoch of \(epoch) steps")
        self.epoch = epoch
        self.thresholds = thresholds
        self.floor = floor
        self.band = band
        self.notice = notice
        seen = thresholds.map { _ in 0 }
        (used, isReported) = (seen, thresholds.map { _ in false })
    }

    func stepped(_ event: TrainingEvent) throws {
        for metric in event.metrics {
            if let label = StudentMetric.share.label(of: metric.name) {
                seen[label] = max(seen[label], metric.value)
            }
            if let label = StudentMetric.used.label(of: metric.name) {
                used[label] = max(used[label], metric.value)
            }
        }
        guard event.step % epoch == 0 else { return }
        for label in thresholds.indices {
            if used[label] == 0, !isReported[label] { report(label, event) }
            isReported[label] = used[label] == 0
            (seen[label], used[label]) = (0, 0)
        }
    }

    private func report(_ label: Int, _ event: TrainingEvent) {
        let steps = "\(event.title), steps \(event.step - epoch + 1) to \(event.step): "
        let reason =
            seen[label] == 0
            ? "the targets had no pixel of it"
            : "none reached the threshold \(thresholds[label])"
                + (band > 0 ? " outside the boundary band" : "")
                + (floor > 0 ? "; all had the weight \(floor) at most" : "")
        notice(steps + "no pseudo-label of class \(label) was used: \(reason)")
    }

    var state: [String: Double] {
        var state: [String: Double] = [:]
        for label in thresholds.indices {
            state["seen_\(label)"] = seen[label]
            state["used_\(label)"] = used[label]
            state["reported_\(label)"] = isReported[label] ? 1 : 0
        }
        return state
    }

    func restore(_ state: [String: Double]) throws {
        for label in thresholds.indices {
            seen[label] = state["seen_\(label)"] ?? 0
            used[label] = state["used_\(label)"] ?? 0
            isReported[label] = state["reported_\(label)"] == 1
        }
    }
}

/// The metrics of pseudo-labels by class in the log of a student.
enum StudentMetric: String {
    /// The share of the pseudo-labels of a class that are used: `used_class_1`.
    case used
    /// The share of unlabeled pixels whose likeliest class it is: `share_class_1`.
    case share

    func metric(_ label: Int, _ part: Int, of whole: Int) -> Metric {
        Metric("\(rawValue)_class_\(label)", Double(part) / Double(max(1, whole)))
    }

    /// Returns the class of the metric with a name; nil for other metrics.
    func label(of name: String) -> Int? {
        let prefix = "\(rawValue)_class_"
        return name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count)) : nil
    }
}
