/// The objects of a film as tracks of a CVAT file.
///
/// An object with a number keeps one track for each kind of shape and each of its parts, with a
/// keyframe in every frame that shows it. Masks become a track for each frame, since CVAT reads
/// only the first mask of a track; a group joins them.
struct CVATTrackList {
    private var tracks: [Track] = []
    /// The track that a shape continues, and the first track of each object.
    private var open: [Key: Int] = [:]
    private var leaders: [Int: Int] = [:]
    /// A number above those of all objects and tracks.
    private var free: Int
    private let last: Int
    private let step: Int

    private struct Track {
        let id: Int
        let category: Int
        var group: Int
        var shapes: [Shape] = []
    }

    private struct Shape {
        let frame: Int
        let element: CVATElement
        let object: LabeledObject
        let zOrder: Int
    }

    /// The tracks that a shape may continue.
    private struct Key: Hashable {
        let instance: Int
        let category: Int
        let kind: String
        var part: Int
    }

    /// - Parameter step: the distance of two frames.
    init(_ labels: LabelSet, step: Int) {
        let pictures = labels.pictures.sorted { ($0.frame ?? 0) < ($1.frame ?? 0) }
        self.step = step
        last = pictures.last?.frame ?? 0
        free = max(pictures.flatMap { $0.objects.compactMap(\.instance) }.max() ?? -1, -1) + 1
        for picture in pictures { add(picture) }
    }

    private mutating func add(_ picture: LabeledPicture) {
        var parts: [Key: Int] = [:]
        for (zOrder, object) in picture.objects.enumerated() {
            // The parts of an object without a number are joined for this frame alone.
            let instance = object.instance ?? free
            for element in CVATElement.elements(of: object.region) {
                var key = Key(
                    instance: instance, category: object.category, kind: element.name, part: 0)
                let part = parts[key, default: 0]
                parts[key] = part + 1
                key.part = part
                let frame = picture.frame ?? 0
                add(
                    Shape(frame: frame, element: element, object: object, zOrder: zOrder), to: key)
            }
        }
    }

    private mutating func add(_ shape: Shape, to key: Key) {
        if let index = open[key], key.kind != "mask" {
            tracks[index].shapes.append(shape)
            return
        }
        let leader = leaders[key.instance]
        let id = leader == nil ? key.instance : free
        if id == free { free += 1 }
        // A group is named by the first of its tracks; group 0 is none.
        if let leader { tracks[leader].group = leader + 1 }
        leaders[key.instance] = leader ?? tracks.count
        open[key] = tracks.count
        tracks.append(
            Track(
                id: id, category: key.category, group: leader.map { $0 + 1 } ?? 0,
                shapes: [shape]))
    }

    func write(
        _ xml: inout XMLWriter, _ categories: [LabeledCategory],
        attributes: (LabeledObject) -> [(name: String, value: String)]
    ) {
        for track in tracks {
            var values = [("id", "\(track.id)"), ("label", categories[track.category].name)]
            let isPredicted = track.shapes.contains { $0.object.score != nil }
            values.append(("source", isPredicted ? "auto" : "manual"))
            if track.group > 0 { values.append(("group_id", "\(track.group)")) }
            xml.start("track", attributes: values)
            for (index, shape) in track.shapes.enumerated() {
                write(&xml, shape, frame: shape.frame, isOutside: false, attributes)
                let next = shape.frame + step
                let isContinued =
                    index + 1 < track.shapes.count && track.shapes[index + 1].frame == next
                if !isContinued, next <= last {
                    write(&xml, shape, frame: next, isOutside: true, attributes)
                }
            }
            xml.end()
        }
    }

    private func write(
        _ xml: inout XMLWriter, _ shape: Shape, frame: Int, isOutside: Bool,
        _ attributes: (LabeledObject) -> [(name: String, value: String)]
    ) {
        let values = [
            ("frame", "\(frame)"), ("keyframe", "1"), ("outside", isOutside ? "1" : "0"),
            ("occluded", "0"),
        ]
        shape.element.write(
            &xml, values + shape.element.attributes + [("z_order", "\(shape.zOrder)")],
            attributes(shape.object))
    }
}
