import GestaltTensor

/// A summary of the masks of some frames.
public struct LabelSummary: Sendable, Equatable {
    /// All frames, with a mask or without.
    public let frameCount: Int
    /// Frames with at least one pixel that counts.
    public let labeledCount: Int
    /// Pixels of each id 0…254 in the labeled frames.
    public let pixels: [Int]
    /// Pixels of the labeled frames that are ignored.
    public let ignoredPixels: Int

    /// - Parameter frames: the frames that matter; nil for all.
    public init(of data: DataSet, frames: [FrameIndex]? = nil) {
        let all = frames ?? LabeledFrames.every(1, of: data.lengths)
        var counts = [Int](repeating: 0, count: 256)
        var labeled = 0
        switch data.content {
        case .memory(let clips):
            for index in all where clips[index.clip].isLabeled(index.frame) {
                labeled += 1
                clips[index.clip].masks?[index.frame].withScalars {
                    for id in $0 { counts[Int(id)] += 1 }
                }
            }
        case .lazy(let clips):
            for index in all {
                guard let found = clips.entries[index.clip].counts.labels[index.frame] else {
                    continue
                }
                labeled += 1
                for (id, count) in found { counts[Int(id)] += count }
            }
        }
        frameCount = all.count
        labeledCount = labeled
        pixels = Array(counts.dropLast())
        ignoredPixels = counts[Int(Clip.ignoredLabel)]
    }

    /// The ids that occur, in order.
    public var ids: [Int] { pixels.indices.filter { pixels[$0] > 0 } }

    /// Pixels of ids above 0.
    public var foregroundPixels: Int { pixels.dropFirst().reduce(0, +) }

    /// Returns remarks to read before training on these labels or scoring with them, a sentence
    /// each: frames without labels, no foreground, classes that never occur, no background.
    ///
    /// - Parameter classes: of the model; 1 for foreground against background.
    public func remarks(classes: Int) -> [String] {
        guard labeledCount > 0 else { return [] }
        var result: [String] = []
        if labeledCount < frameCount {
            result.append("\(labeledCount) of \(frameCount) frames labeled")
        }
        let missing = (1..<max(classes, 2)).filter { pixels[$0] == 0 }
        if foregroundPixels == 0 {
            result.append("no foreground in \(labeledCount) labeled frames")
        } else if classes > 1, !missing.isEmpty {
            let names = missing.map(String.init).joined(separator: ", ")
            let (noun, verb) = missing.count == 1 ? ("class", "occurs") : ("classes", "occur")
            result.append("\(noun) \(names) never \(verb) in \(labeledCount) labeled frames")
        }
        if foregroundPixels > 0, pixels[0] == 0 {
            result.append("no background in \(labeledCount) labeled frames")
        }
        return result
    }
}

extension DataSet {
    /// A summary of the masks of the set.
    public var labelSummary: LabelSummary { LabelSummary(of: self) }

    /// The number of labeled frames.
    public var labeledFrameCount: Int { infos().reduce(0) { $0 + $1.labeledFrames.count } }

    /// Returns remarks on the reading and contents of mask files, with the set's name: what 255
    /// was taken for, soft edges, unlabeled frames, missing classes.
    ///
    /// - Parameter classes: of the model; 1 for foreground against background.
    public func labelRemarks(classes: Int) -> [String] {
        let summary = labelSummary
        guard summary.labeledCount > 0 else { return [] }
        let coding = labelCoding.map { codingRemarks($0, summary) } ?? []
        return (coding + summary.remarks(classes: classes)).map { "\(name): \($0)" }
    }

    private func codingRemarks(_ coding: LabelCoding, _ summary: LabelSummary) -> [String] {
        var result: [String] = []
        if coding.isBinary {
            result.append("masks are black and white: 255 is foreground (--ignore 255 ignores it)")
        } else if let ignored = coding.ignored, summary.ignoredPixels > 0 {
            let all = summary.pixels.reduce(summary.ignoredPixels, +)
            let percent = 100 * Double(summary.ignoredPixels) / Double(all)
            let share = percent < 1 ? "less than 1" : "\(Int(percent.rounded()))"
            result.append("label \(ignored) is ignored: \(share) % of the labeled frames' pixels")
        }
        if let file = coding.softFiles.first {
            let more = coding.softFiles.count > 1 ? " and \(coding.softFiles.count - 1) more" : ""
            let reading = coding.isBinary ? "foreground from 128 on" : "read as ids"
            result.append("\(file)\(more): soft edges, gray between black and white; \(reading)")
        }
        return result
    }
}
