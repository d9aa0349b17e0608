import GestaltTensor

/// A picture of the pyramid: a plane of each channel.
struct FlowPicture {
    let height: Int
    let width: Int
    let channels: [[Float]]

    init(height: Int, width: Int, channels: [[Float]]) {
        (self.height, self.width, self.channels) = (height, width, channels)
    }

    /// - Parameter frame: `[H, W, C]`.
    init(_ frame: Tensor<Float>) {
        let (pixels, count) = (frame.shape[0] * frame.shape[1], frame.shape[2])
        let values = frame.scalars
        self.init(
            height: frame.shape[0], width: frame.shape[1],
            channels: (0..<count).map { channel in
                (0..<pixels).map { values[$0 * count + channel] }
            })
    }

    /// Returns the means over blocks of 2 × 2 pixels; an odd last row or column counts twice.
    func halved() -> FlowPicture {
        let (rows, columns) = ((height + 1) / 2, (width + 1) / 2)
        let smaller = channels.map { plane in
            var result = [Float](repeating: 0, count: rows * columns)
            for y in 0..<rows {
                let (top, bottom) = (2 * y * width, min(2 * y + 1, height - 1) * width)
                for x in 0..<columns {
                    let (left, right) = (2 * x, min(2 * x + 1, width - 1))
                    result[y * columns + x] =
                        0.25
                        * (plane[top + left] + plane[top + right]
                            + plane[bottom + left] + plane[bottom + right])
                }
            }
            return result
        }
        return FlowPicture(height: rows, width: columns, channels: smaller)
    }

    /// Returns the picture whose pixel (x, y) is this one's at (x, y) + flow, between pixels
    /// interpolated, beyond the border that of the border.
    func warped(by flow: FlowField) -> FlowPicture {
        var planes = channels
        for y in 0..<height {
            for x in 0..<width {
                let place = y * width + x
                let column = min(max(Float(x) + flow.x[place], 0), Float(width - 1))
                let row = min(max(Float(y) + flow.y[place], 0), Float(height - 1))
                let (left, top) = (Int(column), Int(row))
                let (a, b) = (column - Float(left), row - Float(top))
                let right = min(left + 1, width - 1)
                let (upper, lower) = (top * width, min(top + 1, height - 1) * width)
                for channel in channels.indices {
                    let plane = channels[channel]
                    let above = plane[upper + left] * (1 - a) + plane[upper + right] * a
                    let below = plane[lower + left] * (1 - a) + plane[lower + right] * a
                    planes[channel][place] = above * (1 - b) + below * b
                }
            }
        }
        return FlowPicture(height: height, width: width, channels: planes)
    }

    /// Returns half the differences of the right and the left, the lower and the upper neighbor.
    func derivatives(_ channel: Int) -> (x: [Float], y: [Float]) {
        let plane = channels[channel]
        var (dx, dy) = (plane, plane)
        for y in 0..<height {
            let (above, below) = (max(y - 1, 0) * width, min(y + 1, height - 1) * width)
            for x in 0..<width {
                let here = y * width
                dx[here + x] =
                    (plane[here + min(x + 1, width - 1)] - plane[here + max(x - 1, 0)]) / 2
                dy[here + x] = (plane[below + x] - plane[above + x]) / 2
            }
        }
        return (dx, dy)
    }
}

/// The displacement of each pixel.
struct FlowField {
    let height: Int
    let width: Int
    var x: [Float]
    var y: [Float]

    /// A field of zeros.
    init(height: Int, width: Int) {
        (self.height, self.width) = (height, width)
        x = Array(repeating: 0, count: height * width)
        y = x
    }

    /// `[H, W, 2]`
    var tensor: Tensor<Float> {
        Tensor(shape: [height, width, 2], scalars: zip(x, y).flatMap { [$0, $1] })
    }

    /// Returns the field of the next finer level: each vector twice as long, for 2 × 2 pixels.
    func enlarged(height: Int, width: Int) -> FlowField {
        guard height != self.height || width != self.width else { return self }
        var result = FlowField(height: height, width: width)
        for row in 0..<height {
            for column in 0..<width {
                let source = row / 2 * self.width + column / 2
                result.x[row * width + column] = 2 * x[source]
                result.y[row * width + column] = 2 * y[source]
            }
        }
        return result
    }

    /// Returns the medians over 3 × 3 pixels, at the border over those there are.
    func medianFiltered() -> FlowField {
        var result = self
        var (columns, rows) = ([Float](), [Float]())
        for row in 0..<height {
            for column in 0..<width {
                columns.removeAll(keepingCapacity: true)
                rows.removeAll(keepingCapacity: true)
                for v in max(row - 1, 0)...min(row + 1, height - 1) {
                    for u in max(column - 1, 0)...min(column + 1, width - 1) {
                        columns.append(x[v * width + u])
                        rows.append(y[v * width + u])
                    }
                }
                columns.sort()
                rows.sort()
                result.x[row * width + column] = columns[columns.count / 2]
                result.y[row * width + column] = rows[rows.count / 2]
            }
        }
        return result
    }
}
