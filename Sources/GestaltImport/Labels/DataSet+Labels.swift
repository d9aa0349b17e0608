import GestaltData
import GestaltLabels
import GestaltTensor

extension DataSet {
    /// Returns the labels of all labeled frames as label files have them: of each frame one object
    /// with a run-length mask for every instance, or for every category where ids are categories.
    ///
    /// ```swift
    /// import GestaltData
    /// import GestaltImport
    /// import GestaltLabels
    ///
    /// let set = try ImportedSet(at: "set").dataSet(.train)
    /// let labels = try set.labels { clip, frame in "\(set.info(at: clip).name)/\(frame).png" }
    /// _ = try LabelFormat.coco.write?(labels, "labels.json")
    /// ```
    /// Categories without a name are called by their numbers. Ignored pixels become an object of an
    /// ignored category. An instance without a category is left out.
    ///
    /// - Parameter name: names the picture of a frame, by the numbers of its clip and in the clip;
    ///   nil leaves the frame out.
    /// - Throws: what reading clips throws.
    public func labels(named name: (_ clip: Int, _ frame: Int) -> String?) throws -> LabelSet {
        var result = LabelSet(
            categories: (categories ?? []).dropFirst().map {
                LabeledCategory($0.name, color: $0.color)
            })
        var ignored: [(picture: Int, mask: RunLengthMask)] = []
        for index in 0..<count {
            let clip = try clip(at: index)
            let size = PictureSize(height: clip.height, width: clip.width)
            for frame in clip.labeledFrames {
                guard let annotation = clip.annotation(of: frame), let name = name(index, frame)
                else { continue }
                var picture = LabeledPicture(name: name, size: size)
                picture.objects = annotation.instances.compactMap { instance in
                    guard let category = instance.category, category > 0 else { return nil }
                    return LabeledObject(
                        category: Int(category) - 1,
                        region: .runs(annotation.mask(of: instance.id)),
                        instance: clip.categories == nil ? nil : Int(instance.id))
                }
                let rest = annotation.mask(of: Clip.ignoredLabel)
                if rest.area > 0 { ignored.append((result.pictures.count, rest)) }
                result.pictures.append(picture)
            }
        }
        let largest = result.pictures.flatMap(\.objects).map(\.category).max() ?? -1
        while result.categories.count <= largest {
            result.categories.append(LabeledCategory("\(result.categories.count + 1)"))
        }
        guard !ignored.isEmpty else { return result }
        for (picture, mask) in ignored {
            result.pictures[picture].objects.append(
                LabeledObject(category: result.categories.count, region: .runs(mask)))
        }
        result.categories.append(LabeledCategory("void", isIgnored: true))
        return result
    }
}

extension Annotation {
    /// The pixels of an id.
    fileprivate func mask(of id: UInt8) -> RunLengthMask {
        RunLengthMask(
            size: PictureSize(height: ids.shape[0], width: ids.shape[1]), rows: ids.scalars
        ) { $0 == id }
    }
}
