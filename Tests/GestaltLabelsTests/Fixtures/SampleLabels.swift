import GestaltLabels
import GestaltMedia

/// Labels with every kind of region, for round trips.
enum SampleLabels {
    static let size = PictureSize(height: 48, width: 64)

    /// A ring with a hole and a separate pixel.
    static let holed: RunLengthMask = {
        let outer = RunLengthMask(filling: square(8, 6, 30, 28), size: size)
        let inner = RunLengthMask(filling: square(14, 12, 24, 20), size: size)
        let dot = RunLengthMask(filling: square(40, 40, 41, 41), size: size)
        return outer.subtracting(inner).union(dot)
    }()

    static func square(
        _ left: Double, _ top: Double, _ right: Double, _ bottom: Double
    ) -> [LabelPoint] {
        [
            LabelPoint(left, top), LabelPoint(right, top), LabelPoint(right, bottom),
            LabelPoint(left, bottom),
        ]
    }

    static let triangle = [LabelPoint(3.25, 30.5), LabelPoint(20.75, 33), LabelPoint(9, 45.75)]

    static var labels: LabelSet {
        LabelSet(
            categories: [
                LabeledCategory(
                    "robot arm", number: 7, color: Color(200, 30, 4), supercategory: "thing"),
                LabeledCategory("Würfel, \"klein\"", number: 2, color: Color(1, 2, 3)),
                LabeledCategory("never seen", number: 9),
            ],
            pictures: [
                LabeledPicture(
                    name: "images/train/a 1.png", number: 12, size: size,
                    objects: [
                        LabeledObject(category: 1, region: .polygons([triangle]), number: 100),
                        LabeledObject(
                            category: 0,
                            region: .polygons([triangle, square(50, 2, 60, 9.5)]), number: 4),
                        LabeledObject(category: 0, region: .runs(holed), number: 5, instance: 3),
                        LabeledObject(
                            category: 1,
                            region: .box(
                                center: LabelPoint(30, 20), width: 18, height: 7, degrees: 30)),
                        LabeledObject(
                            category: 1,
                            region: .box(
                                center: LabelPoint(30.5, 20.25), width: 11, height: 6.5,
                                degrees: 0), score: 0.75),
                        LabeledObject(
                            category: 0,
                            region: .ellipse(
                                center: LabelPoint(40, 30), radiusX: 12, radiusY: 5, degrees: 20)),
                        LabeledObject(category: 0, region: .runs(holed), isCrowd: true),
                    ]),
                LabeledPicture(name: "images/val/b.png", number: 3, size: size),
            ])
    }
}
