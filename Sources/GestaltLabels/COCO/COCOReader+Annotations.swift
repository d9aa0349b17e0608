extension COCOReader {
    /// Keys whose values are read, or follow from what is read.
    private static let knownKeys: Set<String> = [
        "id", "image_id", "category_id", "segmentation", "area", "bbox", "iscrowd", "score",
        "track_id",
    ]

    /// Adds the object of an annotation to its picture.
    mutating func addAnnotation(_ row: JSONNode, index: Int) {
        let place = "annotations[\(index)]"
        guard let members = row.members else {
            report(.omitted, place, "an annotation is \(row.kind); an object is expected")
            return
        }
        let number = row["id"]?.int
        let subject = "annotation \(number.map(String.init) ?? "without id, at \(index)")"
        for member in members where !Self.knownKeys.contains(member.key) {
            ignoredKeys[member.key, default: 0] += 1
        }
        guard let picture = picture(of: row, place, subject),
            let category = category(of: row, place, subject)
        else { return }
        guard let segmentation = row["segmentation"] else {
            report(.omitted, place, "\(subject): there is no segmentation")
            return
        }
        let reading = COCOSegmentation(size: labels.pictures[picture].size).region(segmentation)
        for remark in reading.remarks {
            report(
                reading.region == nil ? .omitted : .repaired,
                "\(place).segmentation\(remark.place)", "\(subject): \(remark.message)")
        }
        guard let region = reading.region else { return }
        var object = LabeledObject(
            category: category, region: region, number: number, instance: row["track_id"]?.int,
            isCrowd: isCrowd(row, region, place, subject), place: place)
        object.score = row["score"]?.finiteFloat
        if let number, !annotationNumbers.insert(number).inserted {
            report(
                .repaired, "\(place).id", "\(subject): the id stands twice; both rows are kept")
            object.number = nil
        }
        labels.pictures[picture].objects.append(object)
    }

    private mutating func picture(
        of row: JSONNode, _ place: String, _ subject: String
    ) -> Int? {
        guard let id = identifier(row, "image_id", place: place, subject: subject) else {
            report(.omitted, "\(place).image_id", "\(subject): there is no image_id")
            return nil
        }
        guard let picture = pictures[id] else {
            report(
                .omitted, "\(place).image_id", "\(subject): image \(id) is not listed in images")
            return nil
        }
        if picture == nil { withoutPicture[id, default: 0] += 1 }
        return picture
    }

    private mutating func category(
        of row: JSONNode, _ place: String, _ subject: String
    ) -> Int? {
        guard let id = identifier(row, "category_id", place: place, subject: subject) else {
            report(.omitted, "\(place).category_id", "\(subject): there is no category_id")
            return nil
        }
        guard let category = categories[id] else {
            report(
                .omitted, "\(place).category_id",
                "\(subject): category \(id) is not listed in categories")
            return nil
        }
        return category
    }

    private mutating func isCrowd(
        _ row: JSONNode, _ region: LabelRegion, _ place: String, _ subject: String
    ) -> Bool {
        guard let value = row["iscrowd"] else { return false }
        let isCrowd: Bool
        switch value {
        case .integer(0): return false
        case .integer(1): isCrowd = true
        case .bool(let flag): isCrowd = flag
        default:
            isCrowd = value.string.map { ["1", "true"].contains($0.lowercased()) } ?? false
            report(
                .repaired, "\(place).iscrowd",
                "\(subject): iscrowd is \(value.kind), not 0 or 1; it is read as "
                    + (isCrowd ? "1" : "0"))
        }
        if isCrowd, case .polygons = region {
            report(
                .repaired, "\(place).iscrowd",
                "\(subject): a crowd has polygons, where COCO has runs; both are kept")
        }
        return isCrowd
    }
}
