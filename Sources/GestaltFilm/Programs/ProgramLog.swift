/// The messages of `ffmpeg`: complaints, and a report of every frame by its filter `showinfo`.
///
/// The filter runs before frames are chosen, under the name ``allFrames``, and where frames are
/// chosen also after the choice, under the name ``chosenFrames``. A report is in the messages
/// before the frame's bytes are in the output.
struct ProgramLog {
    static let allFrames = "showinfo@all"
    static let chosenFrames = "showinfo@chosen"

    /// A frame of the film, as the filter reports it.
    struct Report: Equatable {
        /// From 0 on, in display order.
        var number: Int
        /// In units of the time base; nil where the film has none.
        var ticks: Int?
        var isKey: Bool
    }

    /// Whether frames are chosen, so that only some reports belong to bytes.
    let isChoosing: Bool
    /// Frames decoded so far.
    private(set) var frameCount = 0
    /// The report of the frame decoded last.
    private(set) var last: Report?
    /// Seconds per tick as a fraction.
    private(set) var timeBase: (numerator: Int, denominator: Int)?
    /// The last complaints, oldest first.
    private(set) var complaints: [String] = []
    private(set) var complaintCount = 0
    /// The size of the first frame, as `WIDTHxHEIGHT`.
    private(set) var firstSize: String?
    /// Whether a later frame has another size.
    private(set) var changesSize = false
    private var chosen: [Report] = []
    private var head = 0
    private var line: [UInt8] = []

    /// Complaints kept for messages.
    private static let mostComplaints = 6
    /// A longer line is cut: some films carry data that the filter prints.
    private static let longestLine = 4096

    init(isChoosing: Bool) { self.isChoosing = isChoosing }

    /// Takes the next chosen frame's report from the queue.
    mutating func next() -> Report? {
        guard head < chosen.count else { return nil }
        defer {
            head += 1
            if head == chosen.count {
                chosen.removeAll(keepingCapacity: true)
                head = 0
            }
        }
        return chosen[head]
    }

    /// The number of reports that ``next()`` has.
    var waitingCount: Int { chosen.count - head }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes {
            if byte == 0x0A || byte == 0x0D {
                endLine()
            } else if line.count < Self.longestLine {
                line.append(byte)
            }
        }
    }

    /// Takes a last line without an end.
    mutating func finish() { endLine() }

    private mutating func endLine() {
        defer { line.removeAll(keepingCapacity: true) }
        guard !line.isEmpty else { return }
        if line.place(after: Self.allMark) != nil {
            readAll()
        } else if line.place(after: Self.chosenMark) != nil {
            if isChoosing, line.place(after: Self.reportMark) != nil, let last {
                chosen.append(last)
            }
        } else {
            complain()
        }
    }

    private static let allMark = Array("[\(allFrames) @ ".utf8)
    private static let chosenMark = Array("[\(chosenFrames) @ ".utf8)
    private static let reportMark = Array("] n:".utf8)
    private static let ticksMark = Array(" pts:".utf8)
    private static let keyMark = Array(" iskey:1".utf8)
    private static let sizeMark = Array(" s:".utf8)
    private static let baseMark = Array("config in time_base: ".utf8)
    private static let harmless = Array("non monotonically increasing dts to muxer".utf8)
    private static let complaintMarks = ["[error] ", "[fatal] ", "[panic] "].map { Array($0.utf8) }

    private mutating func readAll() {
        if timeBase == nil, let base = line.word(after: Self.baseMark) {
            let parts = base.split { $0 == "/" || $0 == "," }.compactMap { Int($0) }
            if parts.count == 2, parts[1] > 0 { timeBase = (parts[0], parts[1]) }
        }
        guard line.place(after: Self.reportMark) != nil else { return }
        // Counted here: the filter starts anew where a film changes its size.
        let report = Report(
            number: frameCount, ticks: line.word(after: Self.ticksMark).flatMap { Int($0) },
            isKey: line.place(after: Self.keyMark) != nil)
        frameCount += 1
        last = report
        if !isChoosing { chosen.append(report) }
        guard let size = line.word(after: Self.sizeMark) else { return }
        if let firstSize {
            if firstSize != size { changesSize = true }
        } else {
            firstSize = size
        }
    }

    /// Keeps errors; other lines describe the film.
    private mutating func complain() {
        let line = line
        // Frames are written without times; their count starts anew where the size changes.
        guard line.place(after: Self.harmless) == nil else { return }
        guard let place = Self.complaintMarks.lazy.compactMap({ line.place(after: $0) }).first
        else { return }
        complaintCount += 1
        let words = String(decoding: line[place...], as: UTF8.self)
        guard complaints.last != words else { return }
        complaints.append(words)
        if complaints.count > Self.mostComplaints { complaints.removeFirst() }
    }

    /// The last complaints in one line; nil without any.
    var summary: String? {
        complaints.isEmpty ? nil : complaints.suffix(3).joined(separator: "; ")
    }
}

extension [UInt8] {
    /// The index behind the first occurrence of `mark`.
    fileprivate func place(after mark: [UInt8]) -> Int? {
        guard count >= mark.count else { return nil }
        return withUnsafeBufferPointer { bytes in
            mark.withUnsafeBufferPointer { mark in
                for start in 0...(bytes.count - mark.count) where bytes[start] == mark[0] {
                    if (1..<mark.count).allSatisfy({ bytes[start + $0] == mark[$0] }) {
                        return start + mark.count
                    }
                }
                return nil
            }
        }
    }

    /// The word behind a mark, blanks before it skipped.
    fileprivate func word(after mark: [UInt8]) -> String? {
        guard let place = place(after: mark) else { return nil }
        let rest = self[place...].drop { $0 == 0x20 }
        return String(decoding: rest.prefix { $0 != 0x20 }, as: UTF8.self)
    }
}
