import GestaltFitting
import GestaltLabels
import GestaltSegHeads
import GestaltTensor

/// The instances of segmented pictures as a COCO file with compressed run lengths.
struct InstanceFile {
    private var labels: LabelSet

    /// - Parameter categories: background first.
    init(categories: [ModelCategory]) {
        labels = LabelSet(
            categories: categories.enumerated().dropFirst().map { number, category in
                LabeledCategory(category.name, number: number, color: category.value)
            })
    }

    /// Adds the instances of a picture.
    mutating func add(_ picture: PictureLabels, name: String) {
        let (height, width) = (picture.ids.shape[0], picture.ids.shape[1])
        let objects = picture.instances.map { instance in
            let bitmap = picture.ids.withScalars { ids in
                Tensor<UInt8>(uninitialized: [height, width]) { target in
                    for place in ids.indices { target[place] = ids[place] == instance.id ? 1 : 0 }
                }
            }
            return LabeledObject(
                category: Int(instance.category) - 1,
                region: .runs(RunLengthMask(bitmap: bitmap)), score: instance.score)
        }
        labels.pictures.append(
            LabeledPicture(
                name: name, size: PictureSize(height: height, width: width), objects: objects))
    }

    /// Writes all pictures that were added, and returns what the file could not hold.
    /// - Throws: `FileFailure` when the file cannot be written.
    func write(to path: String) throws -> [LabelProblem] {
        try LabelFormat.written(named: "coco").write(labels, path)
    }
}
