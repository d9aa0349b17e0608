import GestaltMetrics
import GestaltTensor

/// Pictures from a linear congruential generator: the tests need repeatable, not good, numbers.
struct Numbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    mutating func labels(_ shape: Shape, classes: Int) -> Tensor<UInt8> {
        Tensor(
            shape: shape,
            scalars: (0..<shape.elementCount).map { _ in UInt8(next(below: classes)) })
    }

    mutating func picture(_ shape: Shape) -> Tensor<Float> {
        Tensor(
            shape: shape,
            scalars: (0..<shape.elementCount).map { _ in Float(next(below: 1001)) / 1000 })
    }
}

/// Scores by sets of pixels, image by image: nothing shared with the counts they judge.
enum Naive {
    static func pixels(_ mask: Tensor<UInt8>, _ image: Int, _ label: UInt8) -> Set<Int> {
        let size = mask.shape[-1] * mask.shape[-2]
        let scalars = mask.scalars
        return Set((0..<size).filter { scalars[image * size + $0] == label })
    }

    static func iou(_ p: Set<Int>, _ g: Set<Int>) -> Double {
        let union = p.union(g).count
        return union == 0 ? 1 : Double(p.intersection(g).count) / Double(union)
    }

    static func dice(_ p: Set<Int>, _ g: Set<Int>) -> Double {
        let sum = p.count + g.count
        return sum == 0 ? 1 : 2 * Double(p.intersection(g).count) / Double(sum)
    }

    /// Matched outline pixels by looking at every pair.
    static func boundaryF(
        _ p: [[UInt8]], _ g: [[UInt8]], radius: Int
    ) -> Double {
        let (a, b) = (outline(p), outline(g))
        if a.isEmpty && b.isEmpty { return 1 }
        if a.isEmpty || b.isEmpty { return 0 }
        func share(_ from: [(Int, Int)], _ to: [(Int, Int)]) -> Double {
            let near = from.filter { q in
                to.contains { r in
                    let (dy, dx) = (q.0 - r.0, q.1 - r.1)
                    return dy * dy + dx * dx <= radius * radius
                }
            }
            return Double(near.count) / Double(from.count)
        }
        let (precision, recall) = (share(a, b), share(b, a))
        return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall)
    }

    private static func outline(_ mask: [[UInt8]]) -> [(Int, Int)] {
        var found: [(Int, Int)] = []
        for y in mask.indices {
            for x in mask[y].indices {
                let neighbors = [(y, x + 1), (y + 1, x), (y + 1, x + 1)].filter {
                    $0.0 < mask.count && $0.1 < mask[y].count
                }
                if neighbors.contains(where: { (mask[$0.0][$0.1] != 0) != (mask[y][x] != 0) }) {
                    found.append((y, x))
                }
            }
        }
        return found
    }

    /// Similarity of one channel, the window laid out in two dimensions at every place.
    static func similarity(_ x: [[Double]], _ y: [[Double]], range: Double) -> Double {
        var window = [[Double]](repeating: Array(repeating: 0, count: 11), count: 11)
        var total = 0.0
        for i in 0..<11 {
            for j in 0..<11 {
                let distance = Double((i - 5) * (i - 5) + (j - 5) * (j - 5))
                window[i][j] = exponential(-distance / 4.5)
                total += window[i][j]
            }
        }
        let (c1, c2) = (1e-4 * range * range, 9e-4 * range * range)
        var values: [Double] = []
        for top in 0...(x.count - 11) {
            for left in 0...(x[0].count - 11) {
                var (mx, my, vx, vy, cov) = (0.0, 0.0, 0.0, 0.0, 0.0)
                for i in 0..<11 {
                    for j in 0..<11 {
                        mx += window[i][j] / total * x[top + i][left + j]
                        my += window[i][j] / total * y[top + i][left + j]
                    }
                }
                for i in 0..<11 {
                    for j in 0..<11 {
                        let weight = window[i][j] / total
                        let (dx, dy) = (x[top + i][left + j] - mx, y[top + i][left + j] - my)
                        vx += weight * dx * dx
                        vy += weight * dy * dy
                        cov += weight * dx * dy
                    }
                }
                values.append(
                    (2 * mx * my + c1) * (2 * cov + c2)
                        / ((mx * mx + my * my + c1) * (vx + vy + c2)))
            }
        }
        return values.reduce(0, +) / Double(values.count)
    }

    // Its own series, so that the window does not come from the function it judges.
    private static func exponential(_ x: Double) -> Double {
        let halved = x / 1024
        var (term, sum) = (1.0, 1.0)
        for n in 1...12 {
            term *= halved / Double(n)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}

/// Means of doubles taken in another order: a few units in the last place for each addition.
func meansAgree(_ a: Double, _ b: Double, additions: Int = 1000) -> Bool {
    abs(a - b) <= Double(additions) * .ulpOfOne * max(1, abs(a))
}
