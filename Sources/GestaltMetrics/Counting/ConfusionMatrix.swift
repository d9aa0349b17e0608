import GestaltChecks
import GestaltTensor

/// Counts of predicted classes per true class, over any number of batches.
///
/// Batches may come in any order and any parts: adding is exact, and the matrices of parts
/// merge into the matrix of the whole.
public struct ConfusionMatrix: Sendable, Hashable, Codable {
    public let classCount: Int
    /// The label of ignored pixels in the truth; nil counts every pixel.
    public let ignoredLabel: Int?
    /// Row-major, `[truth, prediction]`.
    private var counts: [Int]
    /// Pixels omitted because their true label is ``ignoredLabel``.
    public private(set) var ignoredCount = 0

    /// - Precondition: `classCount` is positive.
    public init(classCount: Int, ignoredLabel: Int? = nil) {
        require(classCount > 0, "ConfusionMatrix: \(classCount) classes")
        self.classCount = classCount
        self.ignoredLabel = ignoredLabel
        counts = Array(repeating: 0, count: classCount * classCount)
    }

    /// Pixels of class `truth` that were predicted as class `prediction`.
    public subscript(truth truth: Int, prediction prediction: Int) -> Int {
        counts[truth * classCount + prediction]
    }

    /// Pixels counted so far, without ignored ones.
    public var total: Int { counts.reduce(0, +) }

    /// Counts labels of any shape.
    /// - Precondition: equal shapes; labels in `0..<classCount`, in the truth also
    ///   ``ignoredLabel``.
    public mutating func add<Label: NumericScalar & BinaryInteger>(
        prediction: Tensor<Label>, truth: Tensor<Label>
    ) {
        requireEqualShapes(prediction.shape, truth.shape, "ConfusionMatrix.add")
        let found = prediction.withScalars { predicted in
            truth.withScalars {
                confusions(predicted, $0, classes: classCount, ignored: ignoredLabel)
            }
        }
        for index in counts.indices { counts[index] += found.counts[index] }
        ignoredCount += found.ignored
    }

    /// Adds the counts of another part of the data.
    /// - Precondition: the same classes and the same ignored label.
    public mutating func merge(_ other: ConfusionMatrix) {
        require(
            other.classCount == classCount && other.ignoredLabel == ignoredLabel,
            "ConfusionMatrix.merge: \(classCount) classes ignoring \(label(ignoredLabel)) against "
                + "\(other.classCount) ignoring \(label(other.ignoredLabel))")
        for index in counts.indices { counts[index] += other.counts[index] }
        ignoredCount += other.ignoredCount
    }

    /// Returns the counts of one class against all others.
    public func counts(of label: Int) -> BinaryCounts {
        let hits = self[truth: label, prediction: label]
        let actual = (0..<classCount).reduce(0) { $0 + self[truth: label, prediction: $1] }
        let predicted = (0..<classCount).reduce(0) { $0 + self[truth: $1, prediction: label] }
        return BinaryCounts(
            truePositives: hits, falsePositives: predicted - hits, falseNegatives: actual - hits,
            trueNegatives: total - actual - predicted + hits)
    }

    /// The fraction of pixels with the right class; NaN when nothing was counted.
    public var accuracy: Double {
        let hits = (0..<classCount).reduce(0) { $0 + self[truth: $1, prediction: $1] }
        return total == 0 ? .nan : Double(hits) / Double(total)
    }

    private func label(_ ignored: Int?) -> String { ignored.map(String.init) ?? "nothing" }
}

@specialized(where Label == UInt8)
@specialized(where Label == Int32)
private func confusions<Label: NumericScalar & BinaryInteger>(
    _ predicted: UnsafeBufferPointer<Label>, _ truth: UnsafeBufferPointer<Label>, classes: Int,
    ignored: Int?
) -> (counts: [Int], ignored: Int) {
    var counts = Array(repeating: 0, count: classes * classes)
    var skipped = 0
    for index in truth.indices {
        let (row, column) = (Int(truth[index]), Int(predicted[index]))
        if row == ignored {
            skipped += 1
            continue
        }
        require(
            row >= 0 && row < classes && column >= 0 && column < classes,
            "ConfusionMatrix.add: truth \(row), prediction \(column) with \(classes) classes")
        counts[row * classes + column] += 1
    }
    return (counts, skipped)
}

func requireEqualShapes(_ prediction: Shape, _ truth: Shape, _ operation: String) {
    require(
        prediction == truth,
        "\(operation): prediction \(prediction) and truth \(truth) differ in shape")
}
