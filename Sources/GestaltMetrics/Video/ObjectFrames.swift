import GestaltChecks
import GestaltTensor

/// The scored frames of a sequence, compared object by object.
struct ObjectFrames {
    private let prediction: [Int]
    private let truth: [Int]
    private let height: Int
    private let width: Int
    private let evaluation: VideoObjectProtocol
    private let frames: Range<Int>
    /// The objects of the truth, ascending.
    let labels: [Int]
    /// The labels of the prediction, ascending.
    let proposals: [Int]

    /// - Parameters:
    ///   - prediction: row-major.
    ///   - shape: `[T, H, W]`.
    init(prediction: [Int], truth: [Int], shape: Shape, _ evaluation: VideoObjectProtocol) {
        self.prediction = prediction
        self.truth = truth
        (height, width) = (shape[1], shape[2])
        self.evaluation = evaluation
        let ends = evaluation.excludesEnds ? 1 : 0
        frames = min(ends, shape[0])..<max(min(ends, shape[0]), shape[0] - ends)
        let first = evaluation.includesLateObjects ? truth[...] : truth.prefix(height * width)
        labels = Set(first).subtracting([0, evaluation.ignoredLabel ?? 0]).sorted()
        proposals = Set(prediction).subtracting([0]).sorted()
    }

    /// The scores of a pair in each frame, and its pixels in all of them.
    struct Comparison {
        var j: [Double] = []
        var f: [Double] = []
        var intersection = 0
        var union = 0

        var jAndF: Double { (mean(j) + mean(f)) / 2 }
    }

    /// Returns the objects with the proposals that fit best: the sum of their J&F is greatest.
    /// Objects that no proposal is left for are compared with an empty one.
    func matched() -> [(label: Int, proposal: Int?)] {
        guard !labels.isEmpty, !frames.isEmpty else { return labels.map { ($0, nil) } }
        let missing = max(0, labels.count - proposals.count)
        let candidates: [Int?] =
            proposals.map { $0 } + Array(repeating: nil, count: missing)
        let values = labels.flatMap { label in
            candidates.map { compare(label, with: $0).jAndF }
        }
        let fits = Tensor(shape: [labels.count, candidates.count], scalars: values)
        guard let assignment = Assignment(maximizing: fits) else {
            stop("ObjectFrames: no assignment for finite values \(values)")
        }
        return zip(labels, assignment.columns).map { label, column in
            (label, column.flatMap { candidates[$0] })
        }
    }

    func compare(_ label: Int, with proposal: Int?) -> Comparison {
        var result = Comparison()
        let pixels = height * width
        let diagonal = Double(height * height + width * width).squareRoot()
        let radius = Int((evaluation.tolerance * diagonal).rounded(.up))
        for frame in frames {
            let range = frame * pixels..<(frame + 1) * pixels
            let isCounted = range.map { truth[$0] != evaluation.ignoredLabel }
            let actual = range.map { truth[$0] == label }
            let predicted = zip(range, isCounted).map { $1 && prediction[$0] == proposal }
            var (common, union) = (0, 0)
            for (a, b) in zip(actual, predicted) {
                if a && b { common += 1 }
                if a || b { union += 1 }
            }
            result.intersection += common
            result.union += union
            result.j.append(union == 0 ? 1 : Double(common) / Double(union))
            // Ignored pixels are outside of both, so their rim is an outline here, as in the
            // toolkit; elsewhere it is none.
            let outline = BoundaryMap(mask: predicted, height: height, width: width)
            let target = BoundaryMap(mask: actual, height: height, width: width)
            result.f.append(BoundaryScores.Counts(outline, target, radius: radius).f)
        }
        return result
    }
}
