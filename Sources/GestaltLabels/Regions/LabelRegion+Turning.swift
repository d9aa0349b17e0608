import GestaltChecks

extension LabeledPicture {
    /// The picture as it is shown: where the labels are those of stored pixels that Exif data turn
    /// or mirror, size and regions are turned along; otherwise the picture itself.
    ///
    /// `Image.read` returns pictures as they are shown.
    public var upright: LabeledPicture {
        guard let orientation = storedOrientation, let size else { return self }
        let turning = PictureTurning(orientation: orientation, size: size)
        var picture = self
        picture.storedOrientation = nil
        picture.size = turning.turnedSize
        for index in objects.indices {
            picture.objects[index].region = turning.applied(to: objects[index].region)
        }
        return picture
    }
}

/// The rotation and reflection of regions from stored pixels to the picture as it is shown.
struct PictureTurning {
    /// Exif's tag 0x0112, 1 to 8.
    private let orientation: Int
    private let size: PictureSize

    init(orientation: Int, size: PictureSize) {
        require(
            (1...8).contains(orientation), "PictureTurning: orientation \(orientation), not 1 to 8")
        self.orientation = orientation
        self.size = size
    }

    var turnedSize: PictureSize {
        orientation >= 5 ? PictureSize(height: size.width, width: size.height) : size
    }

    func applied(to region: LabelRegion) -> LabelRegion {
        switch region {
        case .polygons(let rings): .polygons(rings.map { $0.map(applied(to:)) })
        case .runs(let mask): .runs(applied(to: mask))
        case .box(let center, let width, let height, let degrees):
            .box(
                center: applied(to: center), width: width, height: height,
                degrees: applied(toDegrees: degrees))
        case .ellipse(let center, let radiusX, let radiusY, let degrees):
            .ellipse(
                center: applied(to: center), radiusX: radiusX, radiusY: radiusY,
                degrees: applied(toDegrees: degrees))
        }
    }

    func applied(to point: LabelPoint) -> LabelPoint {
        let (x, y) = (point.x, point.y)
        let (width, height) = (Double(size.width), Double(size.height))
        return switch orientation {
        case 2: LabelPoint(width - x, y)
        case 3: LabelPoint(width - x, height - y)
        case 4: LabelPoint(x, height - y)
        case 5: LabelPoint(y, x)
        case 6: LabelPoint(height - y, x)
        case 7: LabelPoint(height - y, width - x)
        case 8: LabelPoint(y, width - x)
        default: point
        }
    }

    /// Returns the direction of a side; boxes and ellipses are equal after half a turn.
    private func applied(toDegrees degrees: Double) -> Double {
        switch orientation {
        case 2, 4: -degrees
        case 5, 7: 90 - degrees
        case 6, 8: degrees + 90
        default: degrees
        }
    }

    private func applied(to mask: RunLengthMask) -> RunLengthMask {
        let target = turnedSize
        var pixels = [Bool](repeating: false, count: target.pixelCount)
        mask.forEachColumnRun { column, rows in
            for row in rows {
                // The center of a pixel goes to the center of a pixel.
                let center = applied(to: LabelPoint(Double(column) + 0.5, Double(row) + 0.5))
                pixels[Int(center.y) * target.width + Int(center.x)] = true
            }
        }
        return RunLengthMask(size: target, rows: pixels) { $0 }
    }
}
