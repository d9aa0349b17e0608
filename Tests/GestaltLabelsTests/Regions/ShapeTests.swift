import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

struct ShapeTests {
    private let size = PictureSize(height: 40, width: 60)

    @Test("A box turned by a quarter has its sides swapped")
    func quarterTurns() {
        for degrees in [0.0, 90, 180, 270, -90, 360, 450] {
            let box = LabelRegion.box(
                center: LabelPoint(30, 20), width: 20, height: 10, degrees: degrees)
            let isSwapped = degrees.truncatingRemainder(dividingBy: 180) != 0
            let bounds = box.runs(size: size).bounds
            #expect(bounds?.columns == (isSwapped ? 25..<35 : 20..<40), "\(degrees)")
            #expect(bounds?.rows == (isSwapped ? 10..<30 : 15..<25), "\(degrees)")
        }
    }

    @Test("A box turns clockwise: its right end goes down")
    func clockwise() {
        let box = LabelRegion.box(center: LabelPoint(30, 20), width: 30, height: 4, degrees: 30)
        let mask = box.mask(size: size)
        #expect(mask[scalar: 26, 41] == 1)
        #expect(mask[scalar: 13, 41] == 0)
        let ellipse = LabelRegion.ellipse(
            center: LabelPoint(30, 20), radiusX: 15, radiusY: 2, degrees: 30)
        #expect(ellipse.mask(size: size)[scalar: 26, 41] == 1)
        #expect(ellipse.mask(size: size)[scalar: 13, 41] == 0)
    }

    @Test(
        "An ellipse has the pixels whose centers lie inside", arguments: [0.0, 33, 90, 117.5, -45])
    func ellipses(degrees: Double) {
        let center = LabelPoint(28.3, 21.7)
        let region = LabelRegion.ellipse(
            center: center, radiusX: 25.5, radiusY: 9.25, degrees: degrees)
        let mask = region.mask(size: size)
        // The sine and cosine by their series: independent of the library's.
        let angle = degrees * .pi / 180
        var (sine, cosine) = (0.0, 0.0)
        var term = 1.0
        for order in 0..<40 {
            switch order % 4 {
            case 0: cosine += term
            case 1: sine += term
            case 2: cosine -= term
            default: sine -= term
            }
            term *= angle / Double(order + 1)
        }
        for row in 0..<size.height {
            for column in 0..<size.width {
                let x = Double(column) + 0.5 - center.x
                let y = Double(row) + 0.5 - center.y
                let (u, v) = (x * cosine + y * sine, y * cosine - x * sine)
                let distance = u * u / (25.5 * 25.5) + v * v / (9.25 * 9.25)
                if abs(distance - 1) > 1e-9 {
                    #expect(mask[scalar: row, column] == (distance < 1 ? 1 : 0))
                }
            }
        }
    }

    @Test("Shapes without extent and far outside are empty")
    func empty() {
        let regions: [LabelRegion] = [
            .ellipse(center: LabelPoint(10, 10), radiusX: 0, radiusY: 4, degrees: 0),
            .ellipse(center: LabelPoint(1e300, 10), radiusX: 1e200, radiusY: 4, degrees: 20),
            .box(center: LabelPoint(1e300, 10), width: 1e200, height: 4, degrees: 20),
            .box(center: LabelPoint(10, 10), width: 0, height: 0, degrees: 45),
            .polygons([]), .polygons([[]]), .polygons([[LabelPoint(3, 3)]]),
        ]
        for region in regions { #expect(region.runs(size: size).isEmpty, "\(region)") }
    }

    @Test("A huge ellipse around the picture covers it")
    func covering() {
        let region = LabelRegion.ellipse(
            center: LabelPoint(0, 0), radiusX: 1e100, radiusY: 1e100, degrees: 10)
        #expect(region.runs(size: size).area == size.pixelCount)
    }
}
