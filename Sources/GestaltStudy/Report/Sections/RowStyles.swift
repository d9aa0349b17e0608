/// The styles of a study's rows, the same in all charts: a color for each source and another marker
/// for each of its rows; baselines are black, controls gray and dashed, rows that see the future
/// hollow.
struct RowStyles: Sendable {
    private let styles: [String: SeriesStyle]

    init(_ results: StudyResults) {
        var sources: [String] = []
        for row in results.rows where row.group != .control && row.group != .baseline {
            if !sources.contains(row.source) { sources.append(row.source) }
        }
        var styles: [String: SeriesStyle] = [:]
        var counts: [String: Int] = [:]
        let markers = SeriesStyle.Marker.allCases
        for row in results.rows {
            defer { counts[row.source, default: 0] += 1 }
            let number = sources.firstIndex(of: row.source) ?? 0
            styles[row.name] =
                switch row.group {
                case .baseline:
                    SeriesStyle(.ink, row.usesUnlabeledFrames ? .diamond : .square)
                case .control: SeriesStyle(.muted, isDashed: true)
                default:
                    SeriesStyle(
                        SeriesStyle.numbered(number).color,
                        markers[counts[row.source, default: 0] % markers.count],
                        isHollow: row.seesFuture || row.group == .oracle)
                }
        }
        self.styles = styles
    }

    subscript(row: StudyResults.Row) -> SeriesStyle { styles[row.name] ?? SeriesStyle(.muted) }
}

extension StudyResults.Row {
    /// The head and the training: `convolutional:64, frozen`.
    var trainingWords: String {
        ([head, regime].compactMap { $0 } + (usesUnlabeledFrames ? ["unlabeled frames"] : []))
            .joined(separator: ", ")
    }

    /// Cells that say what a row is.
    var cells: [[Inline]] {
        [
            [.code(name)] + (note.map { [.note($0)] } ?? []),
            [.code(source), .note(trainingWords)],
        ]
    }

    static let columns = [Table.Column("row"), Table.Column("source, head, training")]
}
