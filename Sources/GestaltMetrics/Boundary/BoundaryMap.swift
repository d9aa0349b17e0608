import GestaltTensor

/// The outline of a mask and the pixels near it.
struct BoundaryMap {
    let height: Int
    let width: Int
    /// Row-major; true on the outline.
    var pixels: [Bool]

    /// A pixel is on the outline when its neighbor to the east, the south or the south-east, if
    /// the image has one, is on the other side. The outline is thus one pixel wide and lies up or
    /// left of the edge, as in the DAVIS toolkit. Ignored pixels have no side: neither they nor
    /// their neighbors are on an outline because of them.
    init(mask: [Bool], isIgnored: [Bool]? = nil, height: Int, width: Int) {
        self.height = height
        self.width = width
        pixels = Array(repeating: false, count: height * width)
        func differ(_ a: Int, _ b: Int) -> Bool {
            mask[a] != mask[b] && isIgnored.map { !$0[a] && !$0[b] } ?? true
        }
        for y in 0..<height {
            for x in 0..<width {
                let here = y * width + x
                let (hasEast, hasSouth) = (x + 1 < width, y + 1 < height)
                pixels[here] =
                    hasEast && differ(here, here + 1)
                    || hasSouth && differ(here, here + width)
                    || hasEast && hasSouth && differ(here, here + width + 1)
            }
        }
    }

    var count: Int { pixels.reduce(0) { $0 + ($1 ? 1 : 0) } }

    /// Returns the number of outline pixels with one of `other` within `radius` (a Euclidean disk).
    func matches(_ other: BoundaryMap, radius: Int) -> Int {
        let near = other.dilated(radius: radius)
        return zip(pixels, near).reduce(0) { $0 + ($1.0 && $1.1 ? 1 : 0) }
    }

    private func dilated(radius: Int) -> [Bool] {
        var result = Array(repeating: false, count: pixels.count)
        for y in 0..<height {
            for x in 0..<width where pixels[y * width + x] {
                for dy in max(-radius, -y)...min(radius, height - 1 - y) {
                    for dx in max(-radius, -x)...min(radius, width - 1 - x)
                    where dx * dx + dy * dy <= radius * radius {
                        result[(y + dy) * width + x + dx] = true
                    }
                }
            }
        }
        return result
    }
}
