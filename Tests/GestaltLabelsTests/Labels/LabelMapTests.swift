import GestaltLabels
import GestaltTensor
import TestSupport
import Testing

struct LabelMapTests {
    private func square(_ left: Double, _ right: Double) -> LabelRegion {
        .box(
            center: LabelPoint((left + right) / 2, 0.5), width: right - left, height: 1, degrees: 0)
    }

    private var labels: LabelSet {
        LabelSet(
            categories: [
                LabeledCategory("a"), LabeledCategory("b"),
                LabeledCategory("void", isIgnored: true),
            ],
            pictures: [
                LabeledPicture(
                    name: "p.png", size: PictureSize(height: 1, width: 8),
                    objects: [
                        LabeledObject(category: 0, region: square(0, 3)),
                        LabeledObject(category: 1, region: square(2, 4), instance: 5),
                        LabeledObject(category: 2, region: square(3, 6)),
                        LabeledObject(category: 1, region: square(5, 7), isCrowd: true),
                        LabeledObject(category: 1, region: square(7, 8), instance: 5),
                    ])
            ])
    }

    @Test("Later objects cover earlier ones; ignored pixels and crowds lie beneath")
    func classes() {
        #expect(labels.classMap(of: 0).scalars == [1, 1, 2, 2, 255, 255, 255, 2])
        #expect(
            labels.classMap(of: 0, crowds: .object, ignored: -7).scalars
                == [1, 1, 2, 2, -7, 2, 2, 2])
    }

    @Test("Parts of one instance have one number")
    func instances() {
        let map = labels.instanceMap(of: 0)
        #expect(map.ids.scalars == [1, 1, 2, 2, -1, -1, -1, 2])
        #expect(map.objects == [[0], [1, 4]])
        #expect(labels.instanceMap(of: 0, crowds: .object).objects == [[0], [1, 4], [3]])
    }
}
