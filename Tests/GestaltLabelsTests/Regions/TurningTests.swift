import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

struct TurningTests {
    @Test("Regions of stored pixels are turned as the picture is", arguments: 2...8)
    func upright(orientation: Int) {
        let size = PictureSize(height: 20, width: 30)
        // An L, so that no turn or reflection is the identity.
        let outline = [
            LabelPoint(2, 3), LabelPoint(6, 3), LabelPoint(6, 12), LabelPoint(14, 12),
            LabelPoint(14, 16), LabelPoint(2, 16),
        ]
        let polygons = LabelRegion.polygons([outline])
        let box = LabelRegion.box(center: LabelPoint(9, 7), width: 8, height: 2, degrees: 90)
        let ellipse = LabelRegion.ellipse(
            center: LabelPoint(15, 9), radiusX: 9, radiusY: 3, degrees: 25)
        var picture = LabeledPicture(
            name: "a.jpg", size: size,
            objects: [polygons, box, ellipse].flatMap { region in
                [region, .runs(region.runs(size: size))].map {
                    LabeledObject(category: 0, region: $0)
                }
            })
        #expect(picture.upright == picture)
        picture.storedOrientation = orientation
        let upright = picture.upright
        #expect(upright.storedOrientation == nil)
        let turned = orientation >= 5 ? PictureSize(height: 30, width: 20) : size
        #expect(upright.size == turned)
        let masks = upright.objects.map { $0.region.runs(size: turned) }
        for index in stride(from: 0, to: masks.count, by: 2) {
            #expect(masks[index] == masks[index + 1], "\(index)")
        }
        // Exif's definition: where the first stored row and column are shown.
        let corner = LabelRegion.runs(
            RunLengthMask(size: size, runs: [0, 1, size.pixelCount - 1]))
        picture.objects = [LabeledObject(category: 0, region: corner)]
        let bounds = picture.upright.objects[0].region.runs(size: turned).bounds
        let isRight = [2, 3, 6, 7].contains(orientation)
        let isBottom = [3, 4, 7, 8].contains(orientation)
        #expect(bounds?.columns.lowerBound == (isRight ? turned.width - 1 : 0))
        #expect(bounds?.rows.lowerBound == (isBottom ? turned.height - 1 : 0))
    }
}
