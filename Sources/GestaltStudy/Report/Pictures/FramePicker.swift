import GestaltData
import GestaltRecipes

/// Finds the scored frames of a split in the data of a study.
struct FramePicker {
    let data: DataSet
    private let places: [String: Int]

    /// - Parameter folder: the folder of the study, whose data settings decide about size, stride,
    ///   held out clips and seed.
    /// - Throws: ``StudyError`` for a folder without a study; as `DataChoice.open`.
    init(_ folder: String, _ split: Split) throws {
        let study = try StudyFolder(folder).storedStudy().study
        data = try study.data.choice.open(split, masks: .required)
        places = Dictionary(
            data.infos().enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first }
        )
    }

    /// The images with the lowest, middle and highest IoU, `count` of each, in this order.
    static func extremes(
        of images: [SegmentationReport.ImageScore], count: Int
    ) -> [(title: String, image: SegmentationReport.ImageScore)] {
        let scored = images.enumerated().compactMap { place, image in
            image.iou.flatMap { $0.isFinite ? (image: image, iou: $0, place: place) : nil }
        }.sorted { ($0.iou, $0.place) < ($1.iou, $1.place) }.map(\.image)
        guard scored.count >= 3 * count else { return scored.map { ("frame", $0) } }
        let middle = (scored.count - count) / 2
        return [("worst", 0), ("median", middle), ("best", scored.count - count)]
            .flatMap { title, start in
                scored[start..<(start + count)].map { (title, $0) }
            }
    }

    /// Returns the clip of an image; nil where the data have none of that name and length.
    func clip(of image: SegmentationReport.ImageScore) throws -> Clip? {
        guard let place = places[image.clip] else { return nil }
        let clip = try data.clip(at: place)
        return clip.frameCount > image.frame ? clip : nil
    }
}
