import GestaltChecks
import GestaltTensor

/// The counts of every image and every scored class, kept separate until the end.
///
/// A row is an image, a column a class. All reductions follow from this table, and the tables of
/// parts of the data merge into the table of the whole.
///
/// ```swift
/// var table = CountTable.foreground
/// table.add(prediction: predictions, truth: labels)
/// let iou = table.score(.iou, .perImage)
/// ```
public struct CountTable: Sendable, Hashable, Codable {
    /// The pixels that a column counts.
    public enum Column: Sendable, Hashable, Codable {
        /// Pixels of one label.
        case label(Int)
        /// Pixels of any label but 0.
        case foreground
    }

    public let columns: [Column]
    /// The label of ignored pixels in the truth.
    public let ignoredLabel: Int?
    /// `rows[image][column]`.
    public private(set) var rows: [[BinaryCounts]] = []

    /// - Precondition: at least one column.
    public init(columns: [Column], ignoredLabel: Int? = nil) {
        require(!columns.isEmpty, "CountTable: no column")
        self.columns = columns
        self.ignoredLabel = ignoredLabel
    }

    /// A table with one column: foreground against background.
    public static var foreground: CountTable { CountTable(columns: [.foreground]) }

    /// Returns a table with a column for each label from `lowest` (1 omits the background).
    public static func labels(
        _ classCount: Int, from lowest: Int = 0, ignoring ignoredLabel: Int? = nil
    ) -> CountTable {
        CountTable(
            columns: (lowest..<classCount).map(Column.label), ignoredLabel: ignoredLabel)
    }

    public var imageCount: Int { rows.count }

    /// Adds a row for each image.
    /// - Parameters:
    ///   - prediction: labels `[H, W]` or `[…, H, W]`.
    ///   - truth: the same shape.
    public mutating func add<Label: NumericScalar & BinaryInteger>(
        prediction: Tensor<Label>, truth: Tensor<Label>
    ) {
        requireEqualShapes(prediction.shape, truth.shape, "CountTable.add")
        require(
            truth.rank >= 2, "CountTable.add: shape \(truth.shape) is not […, height, width]")
        let pixels = truth.shape[-1] * truth.shape[-2]
        guard pixels > 0 else { return }
        let ignored = ignoredLabel
        prediction.withScalars { predicted in
            truth.withScalars { actual in
                for start in stride(from: 0, to: actual.count, by: pixels) {
                    let range = start..<(start + pixels)
                    rows.append(
                        columns.map { column in
                            tally(
                                UnsafeBufferPointer(rebasing: predicted[range]),
                                UnsafeBufferPointer(rebasing: actual[range]),
                                label: column.label, ignored: ignored)
                        })
                }
            }
        }
    }

    /// Adds a row for each image of binary masks.
    /// - Precondition: the table has the one column `.foreground`.
    public mutating func add(prediction: Tensor<Bool>, truth: Tensor<Bool>) {
        require(
            columns == [.foreground], "CountTable.add: two-valued masks in a table of \(columns)")
        add(prediction: labels(prediction), truth: labels(truth))
    }

    /// Adds a row of counts computed elsewhere.
    /// - Precondition: one count per column.
    public mutating func add(row: [BinaryCounts]) {
        require(
            row.count == columns.count,
            "CountTable.add: \(row.count) counts for \(columns.count) columns")
        rows.append(row)
    }

    /// Appends the images of another part of the data.
    /// - Precondition: the same columns and ignored label.
    public mutating func merge(_ other: CountTable) {
        require(
            other.columns == columns && other.ignoredLabel == ignoredLabel,
            "CountTable.merge: columns \(columns) against \(other.columns)")
        rows += other.rows
    }

    /// Returns the table of some of the images; an image may occur more than once.
    public func selecting(_ pictures: some Sequence<Int>) -> CountTable {
        var result = CountTable(columns: columns, ignoredLabel: ignoredLabel)
        result.rows = pictures.map { rows[$0] }
        return result
    }

    private func labels(_ mask: Tensor<Bool>) -> Tensor<UInt8> {
        Tensor(shape: mask.shape, scalars: mask.scalars.map { $0 ? 1 : 0 })
    }
}

extension CountTable.Column {
    /// The label of the column; nil for any label but 0.
    fileprivate var label: Int? {
        switch self {
        case .label(let label): label
        case .foreground: nil
        }
    }
}

@specialized(where Label == UInt8)
@specialized(where Label == Int32)
private func tally<Label: NumericScalar & BinaryInteger>(
    _ predicted: UnsafeBufferPointer<Label>, _ truth: UnsafeBufferPointer<Label>, label: Int?,
    ignored: Int?
) -> BinaryCounts {
    var counts = BinaryCounts.zero
    for index in truth.indices {
        let actual = Int(truth[index])
        if actual == ignored { continue }
        let given = Int(predicted[index])
        let isGiven = label.map { given == $0 } ?? (given != 0)
        let isActual = label.map { actual == $0 } ?? (actual != 0)
        switch (isGiven, isActual) {
        case (true, true): counts.truePositives += 1
        case (true, false): counts.falsePositives += 1
        case (false, true): counts.falseNegatives += 1
        case (false, false): counts.trueNegatives += 1
        }
    }
    return counts
}
