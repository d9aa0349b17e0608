import GestaltChecks
import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Propagation of soft labels from frames to another one by the similarity of their features.
///
/// Each cell of the target takes the labels of its ``neighbors`` most similar cells in all
/// reference frames, at most ``radius`` rows and columns away, weighted by the softmax of their
/// cosine similarities over ``temperature``. Works for moving cameras too.
///
/// Source: Jabri, Owens and Efros, *Space-Time Correspondence as a Contrastive Random Walk* (2020),
/// section 4.1; the defaults are those of Caron et al., *Emerging Properties in Self-Supervised
/// Vision Transformers* (2021).
public struct LabelPropagation: Sendable, Hashable {
    /// The number of reference cells that a cell takes its labels from.
    public var neighbors: Int
    /// The largest distance of these along rows and along columns, in cells.
    public var radius: Int
    /// The divisor of cosine similarities; the smaller, the more the most similar cell counts.
    public var temperature: Float

    /// - Precondition: `neighbors` and `temperature` are positive, `radius` is not negative.
    public init(neighbors: Int = 5, radius: Int = 12, temperature: Float = 0.1) {
        require(
            neighbors > 0 && radius >= 0 && temperature > 0,
            "LabelPropagation(neighbors: \(neighbors), radius: \(radius), "
                + "temperature: \(temperature))")
        self.neighbors = neighbors
        self.radius = radius
        self.temperature = temperature
    }

    /// A frame with labels.
    public struct Reference: Sendable {
        /// `[h, w, C]`
        public var features: Tensor<Float>
        /// Probabilities of K classes, `[h, w, K]`.
        public var labels: Tensor<Float>

        public init(features: Tensor<Float>, labels: Tensor<Float>) {
            self.features = features
            self.labels = labels
        }
    }

    /// Returns the labels of a frame `[h, w, K]` with the features `[h, w, C]`.
    ///
    /// Probabilities still sum to 1. Of equally similar cells the earlier reference counts, and in
    /// it the first in row-major order. Not differentiable.
    ///
    /// - Precondition: at least one reference, all of the shapes above.
    /// - Complexity: O(h² w² C) at most per reference, less with a smaller ``radius``.
    public func labels(
        of features: Tensor<Float>, from references: [Reference]
    ) -> Tensor<Float> {
        check(features, references)
        let (height, width) = (features.shape[0], features.shape[1])
        let target = Self.normalized(features)
        let sources = references.map { Self.normalized($0.features) }
        let labels = stacked(references.map { $0.labels.detached })
        let classes = labels.shape[3]
        return labels.withScalars { labels in
            Tensor(uninitialized: [height, width, classes]) { result in
                result.update(repeating: 0)
                for y in 0..<height {
                    let rows = max(0, y - radius)..<min(height, y + radius + 1)
                    let similarities = sources.map { source in
                        target[y].matmul(
                            source[rows].reshaped([rows.count * width, features.shape[2]]),
                            transposingSecond: true)
                    }
                    parallelChunks(count: width, minimumChunk: 8, alignment: 1) { cells in
                        var nearest = NearestCells(capacity: neighbors)
                        for x in cells {
                            nearest.removeAll()
                            let columns = max(0, x - radius)..<min(width, x + radius + 1)
                            for (index, similarity) in similarities.enumerated() {
                                nearest.insert(
                                    similarity, row: x, rows, columns,
                                    firstCell: index * height * width, width: width)
                            }
                            nearest.average(
                                labels, classes, temperature, into: result, at: y * width + x)
                        }
                    }
                }
            }
        }
    }

    /// Returns the labels of all frames of a clip, `[T, h, w, K]`, from those of one frame.
    ///
    /// Labels are propagated from frame to frame, to the end and to the beginning. References of a
    /// frame are the labeled one and up to `context` frames before it on this way.
    ///
    /// - Parameters:
    ///   - features: The features of the clip, `[T, h, w, C]`.
    ///   - labels: Probabilities of K classes, `[h, w, K]`.
    ///   - frame: The frame of `labels`, returned unchanged.
    ///   - context: The number of references beside the labeled frame, at least 0.
    public func labels(
        ofClip features: Tensor<Float>, from labels: Tensor<Float>, frame: Int, context: Int = 7
    ) -> Tensor<Float> {
        require(
            features.rank == 4 && (0..<features.shape[0]).contains(frame) && context >= 0,
            "LabelPropagation: frame \(frame) of features \(features.shape), context \(context)")
        let count = features.shape[0]
        let labeled = Reference(features: features[frame], labels: labels.detached)
        var result = [Tensor<Float>](repeating: labeled.labels, count: count)
        for way in [Array(frame + 1..<max(frame + 1, count)), (0..<frame).reversed()] {
            var recent: [Reference] = []
            for t in way {
                result[t] = self.labels(of: features[t], from: [labeled] + recent)
                recent.append(Reference(features: features[t], labels: result[t]))
                if recent.count > context { recent.removeFirst() }
            }
        }
        return stacked(result)
    }

    private func check(_ features: Tensor<Float>, _ references: [Reference]) {
        require(
            features.rank == 3 && features.count > 0 && !references.isEmpty,
            "LabelPropagation: features \(features.shape), \(references.count) references")
        for reference in references {
            require(
                reference.features.shape == features.shape && reference.labels.rank == 3
                    && reference.labels.shape.prefix(2).elementsEqual(features.shape.prefix(2))
                    && reference.labels.shape == references[0].labels.shape,
                "LabelPropagation: features \(features.shape), reference features "
                    + "\(reference.features.shape) with labels \(reference.labels.shape)")
        }
    }

    /// Returns features of length 1; zeros stay zeros, similar to nothing.
    private static func normalized(_ features: Tensor<Float>) -> Tensor<Float> {
        let features = features.detached
        let length = features.norm(axes: [-1], keepingAxes: true)
        return features / length.maximum(.leastNormalMagnitude)
    }
}

/// The most similar cells found so far, the most similar first.
private struct NearestCells {
    private var similarities: [Float]
    private var cells: [Int]
    private var count = 0

    init(capacity: Int) {
        similarities = Array(repeating: 0, count: capacity)
        cells = Array(repeating: 0, count: capacity)
    }

    mutating func removeAll() { count = 0 }

    /// Inserts the cells of a window.
    ///
    /// - Parameters:
    ///   - all: Similarities of a row of the target to rows of a reference, `[w, rows · w]`.
    ///   - row: The column of the target cell, a row of `all`.
    mutating func insert(
        _ all: Tensor<Float>, row: Int, _ rows: Range<Int>, _ columns: Range<Int>, firstCell: Int,
        width: Int
    ) {
        all.withScalars { all in
            for y in rows {
                let start = (row * rows.count + y - rows.lowerBound) * width
                for x in columns
                where count < cells.count || all[start + x] > similarities[count - 1] {
                    insert(all[start + x], firstCell + y * width + x)
                }
            }
        }
    }

    private mutating func insert(_ similarity: Float, _ cell: Int) {
        var place = min(count, cells.count - 1)
        count = min(count + 1, cells.count)
        while place > 0 && similarities[place - 1] < similarity {
            similarities[place] = similarities[place - 1]
            cells[place] = cells[place - 1]
            place -= 1
        }
        similarities[place] = similarity
        cells[place] = cell
    }

    /// Adds the weighted labels of the cells to `result`, which holds zeros.
    func average(
        _ labels: UnsafeBufferPointer<Float>, _ classes: Int, _ temperature: Float,
        into result: UnsafeMutableBufferPointer<Float>, at place: Int
    ) {
        func weight(_ i: Int) -> Float {
            exp((similarities[i] - similarities[0]) / temperature)
        }
        var sum: Float = 0
        for i in 0..<count { sum += weight(i) }
        for i in 0..<count {
            let share = weight(i) / sum
            for k in 0..<classes {
                result[place * classes + k] += share * labels[cells[i] * classes + k]
            }
        }
    }
}
