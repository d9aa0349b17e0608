import GestaltChecks
import GestaltTensor

/// The likeliest class of each pixel of probabilities, and whether it is likely enough.
struct Confidence {
    /// `[…]`; of one probability 1 where foreground is likelier than background.
    let classes: Tensor<UInt8>
    /// 1 where the probability of that class reaches its threshold, else 0: `[…]`.
    let trusted: Tensor<Float>

    /// - Parameters:
    ///   - probabilities: `[…, K]`; K = 1 is foreground against background.
    ///   - thresholds: of each class, at least two.
    init(_ probabilities: Tensor<Float>, thresholds: [Float]) {
        let count = probabilities.shape[-1]
        let shape = Shape(probabilities.shape.dropLast())
        require(
            thresholds.count >= max(2, count),
            "Confidence: \(thresholds.count) thresholds for probabilities \(probabilities.shape)")
        var classes = Tensor<UInt8>.zeros(shape)
        trusted = Tensor(uninitialized: shape) { trusted in
            classes.withMutableScalars { classes in
                probabilities.withScalars { values in
                    for pixel in trusted.indices {
                        var (best, surest) = (0, values[pixel * count])
                        if count == 1 {
                            if surest > 0.5 { best = 1 } else { surest = 1 - surest }
                        } else {
                            for k in 1..<count where values[pixel * count + k] > surest {
                                (best, surest) = (k, values[pixel * count + k])
                            }
                        }
                        classes[pixel] = UInt8(best)
                        trusted[pixel] = surest >= thresholds[best] ? 1 : 0
                    }
                }
            }
        }
        self.classes = classes
    }
}

/// Numbers of pseudo-labeled pixels by their likeliest class.
struct PseudoLabelUsage: Sendable {
    /// All pixels.
    private(set) var pixels: [Int]
    /// Those whose probability reaches the threshold.
    private(set) var sure: [Int]
    /// Those of the sure ones that lie outside the boundary band, and so count fully.
    private(set) var used: [Int]

    /// - Parameter classes: the number of classes, background included.
    init(classes: Int) {
        pixels = Array(repeating: 0, count: classes)
        (sure, used) = (pixels, pixels)
    }

    /// - Parameter weights: 0 for a pixel of the band; as many as there are pixels.
    mutating func add(_ confidence: Confidence, weights: Tensor<Float>) {
        require(
            weights.count == confidence.classes.count,
            "PseudoLabelUsage: weights \(weights.shape) of \(confidence.classes.shape)")
        confidence.classes.withScalars { classes in
            confidence.trusted.withScalars { trusted in
                weights.withScalars { weights in
                    for pixel in classes.indices {
                        let label = Int(classes[pixel])
                        pixels[label] += 1
                        guard trusted[pixel] > 0 else { continue }
                        sure[label] += 1
                        if weights[pixel] > 0 { used[label] += 1 }
                    }
                }
            }
        }
    }

    static func += (a: inout Self, b: Self) {
        for label in a.pixels.indices {
            a.pixels[label] += b.pixels[label]
            a.sure[label] += b.sure[label]
            a.used[label] += b.used[label]
        }
    }

    /// Returns a remark for each class of which no pixel counts fully.
    ///
    /// - Parameters:
    ///   - thresholds: of each class.
    ///   - source: the origin of the labels, `the teacher's probabilities`.
    func remarks(thresholds: [Float], band: Int, floor: Float, source: String) -> [String] {
        pixels.indices.filter { used[$0] == 0 }.map { label in
            let start = "no pseudo-label of class \(label) is used: "
            if pixels[label] == 0 { return start + "\(source) have no pixel of it" }
            let rest = floor > 0 ? ", and all have the weight \(floor)" : ""
            return sure[label] == 0
                ? start + "none of \(pixels[label]) pixels in \(source) reaches the threshold "
                    + "\(thresholds[label])" + rest
                : start + "all that reach the threshold in \(source) lie within \(band) pixels of "
                    + "a boundary"
        }
    }
}
