import GestaltChecks
import GestaltTensor

extension RunLengthMask {
    /// Creates a mask from a bitmap `[H, W]`; everything but 0 is inside.
    ///
    /// - Precondition: `bitmap` has two axes.
    public init(bitmap: Tensor<UInt8>) {
        require(bitmap.rank == 2, "RunLengthMask(bitmap:): \(bitmap.shape) is not [H, W]")
        let size = PictureSize(height: bitmap.shape[0], width: bitmap.shape[1])
        self = bitmap.withScalars { RunLengthMask(size: size, rows: $0) { $0 != 0 } }
    }

    /// Creates the mask of the values, row by row, for which `isInside` is true.
    ///
    /// - Precondition: there are as many values as pixels.
    public init<Value>(
        size: PictureSize, rows values: [Value], isInside: (Value) -> Bool
    ) {
        self = values.withUnsafeBufferPointer {
            RunLengthMask(size: size, rows: $0, isInside: isInside)
        }
    }

    /// Collects the runs of values in memory, as the initializer from an array does.
    public init<Value>(
        size: PictureSize, rows values: UnsafeBufferPointer<Value>, isInside: (Value) -> Bool
    ) {
        let (height, width) = (size.height, size.width)
        require(
            values.count == size.pixelCount,
            "RunLengthMask: \(values.count) values for \(size) pixels")
        var runs: [Int] = []
        var start = 0
        var wasInside = false
        // Columns in bands: a band of rows stays in the cache while it is read column by column.
        let band = 32
        var columns = [Bool](repeating: false, count: min(band, max(width, 1)) * height)
        for left in stride(from: 0, to: width, by: band) {
            let count = min(band, width - left)
            for row in 0..<height {
                for column in 0..<count {
                    columns[column * height + row] = isInside(values[row * width + left + column])
                }
            }
            let first = left * height
            for place in 0..<(count * height) where columns[place] != wasInside {
                runs.append(first + place - start)
                start = first + place
                wasInside.toggle()
            }
        }
        if start < size.pixelCount { runs.append(size.pixelCount - start) }
        self.init(size: size, normalized: runs)
    }

    /// The mask as a bitmap `[H, W]` of 0 and 1.
    public var bitmap: Tensor<UInt8> {
        Tensor(uninitialized: [size.height, size.width]) { pixels in
            pixels.update(repeating: 0)
            paint(1, into: pixels)
        }
    }

    /// Sets the pixels inside to `value`, in values of a picture of this size, row by row.
    ///
    /// - Precondition: there are as many values as pixels.
    public func paint<Value>(_ value: Value, into pixels: UnsafeMutableBufferPointer<Value>) {
        require(
            pixels.count == size.pixelCount,
            "RunLengthMask.paint: \(pixels.count) values for \(size) pixels")
        let width = size.width
        forEachColumnRun { column, rows in
            var place = rows.lowerBound * width + column
            for _ in rows {
                pixels[place] = value
                place += width
            }
        }
    }
}
