import GestaltChecks
import GestaltData
import GestaltMedia
import GestaltTensor

/// The division of pictures into overlapping tiles of one size, which the network sees one by one:
/// small things in large pictures keep their pixels. Probabilities are blended where tiles overlap.
///
/// A tile's weight at a pixel grows linearly from its edges to the end of the overlap, so that
/// masks have no seams; where all tiles agree, the result is theirs.
public struct Tiling: Sendable, Hashable {
    /// The size of tiles in pixels of the picture.
    public var size: FrameSize
    /// The overlap of neighbors as a share of the tile, at least; 0 to 0.5.
    public var overlap: Double

    public init(size: FrameSize, overlap: Double = 0.25) {
        require((0...0.5).contains(overlap), "Tiling: an overlap of \(overlap)")
        self.size = size
        self.overlap = overlap
    }

    /// The rows and columns of a tile.
    public struct Tile: Sendable, Hashable {
        public let rows: Range<Int>
        public let columns: Range<Int>
    }

    /// Returns the tiles of a picture, row by row; of a smaller picture one of its size.
    /// - Precondition: both sides are positive.
    public func tiles(height: Int, width: Int) -> [Tile] {
        require(height > 0 && width > 0, "Tiling.tiles: \(height) × \(width)")
        let columns = ranges(of: size.width, in: width)
        return ranges(of: size.height, in: height).flatMap { rows in
            columns.map { Tile(rows: rows, columns: $0) }
        }
    }

    /// Returns ranges of `side` at even distances that cover `whole` with the overlap.
    private func ranges(of side: Int, in whole: Int) -> [Range<Int>] {
        guard whole > side else { return [0..<whole] }
        let step = max(1, Double(side) * (1 - overlap))
        let count = Int((Double(whole - side) / step).rounded(.up)) + 1
        return (0..<count).map { place in
            let start = (whole - side) * place / (count - 1)
            return start..<start + side
        }
    }

    /// Returns the probabilities of a picture, `[height, width, K]`, from those of its tiles.
    ///
    /// - Parameter tiles: `[tiles, h, w, K]` in the order of ``tiles(height:width:)``, of any
    ///   resolution.
    /// - Precondition: as many tiles as the picture has.
    public func blended(_ tiles: Tensor<Float>, height: Int, width: Int) -> Tensor<Float> {
        let places = self.tiles(height: height, width: width)
        require(
            tiles.rank == 4 && tiles.shape[0] == places.count,
            "Tiling.blended: \(tiles.shape) for \(places.count) tiles")
        let classes = tiles.shape[3]
        var weights = [Float](repeating: 0, count: height * width)
        var sums = Tensor<Float>.zeros([height, width, classes])
        sums.withMutableScalars { sums in
            for (index, tile) in places.enumerated() {
                let (rows, columns) = (ramp(tile.rows, height), ramp(tile.columns, width))
                let map = tiles[index].resized(
                    height: tile.rows.count, width: tile.columns.count)
                map.withScalars { map in
                    var source = 0
                    for (row, y) in tile.rows.enumerated() {
                        for (column, x) in tile.columns.enumerated() {
                            let weight = rows[row] * columns[column]
                            let place = y * width + x
                            weights[place] += weight
                            for k in 0..<classes {
                                sums[place * classes + k] += weight * map[source + k]
                            }
                            source += classes
                        }
                    }
                }
            }
            for place in weights.indices {
                for k in 0..<classes { sums[place * classes + k] /= weights[place] }
            }
        }
        return sums
    }

    /// The weights of a tile's rows or columns: 1 inside and at the edges of the picture.
    private func ramp(_ range: Range<Int>, _ whole: Int) -> [Float] {
        let width = max(1, Float(range.count) * Float(overlap))
        return range.map { place in
            let before = range.lowerBound == 0 ? width : Float(place - range.lowerBound) + 0.5
            let after = range.upperBound == whole ? width : Float(range.upperBound - place) - 0.5
            return min(1, min(before, after) / width)
        }
    }
}
