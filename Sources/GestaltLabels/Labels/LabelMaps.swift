import GestaltChecks
import GestaltTensor

/// The treatment of crowds in maps of pixels.
public enum CrowdTreatment: Sendable {
    /// Their pixels count neither as an object nor as background, where no object covers them.
    case ignored
    /// They are drawn as one object.
    case object
}

/// A map of the objects of a picture.
public struct InstanceMap: Sendable, Equatable {
    /// The number of the instance at each pixel, `[H, W]`: 0 is background, k is
    /// `objects[k − 1]`, −1 ignored.
    public let ids: Tensor<Int32>
    /// The indices of the objects of each instance: those of one category and one
    /// ``LabeledObject/instance`` are one.
    public let objects: [[Int]]

    /// The number of ignored pixels.
    public static let ignored: Int32 = -1
}

extension LabelSet {
    /// Returns the category of each pixel of a picture, `[H, W]`: 0 is background, k the category
    /// `categories[k − 1]`, `ignored` a pixel that counts neither as an object nor as background.
    ///
    /// Later objects cover earlier ones. Ignored categories, and crowds unless they are objects,
    /// lie beneath all objects.
    ///
    /// - Parameters:
    ///   - picture: an index into ``pictures``.
    ///   - size: the size of the map, where the picture has none.
    ///   - ignored: the value of ignored pixels.
    /// - Precondition: the size is known, and `ignored` is no category.
    public func classMap(
        of picture: Int, size: PictureSize? = nil, crowds: CrowdTreatment = .ignored,
        ignored: Int32 = 255
    ) -> Tensor<Int32> {
        require(
            ignored < 0 || ignored > categories.count,
            "LabelSet.classMap: \(ignored) for ignored pixels is one of \(categories.count) "
                + "categories")
        return painted(picture, size: size, crowds: crowds, ignored: ignored) { index in
            Int32(pictures[picture].objects[index].category + 1)
        }
    }

    /// Returns the instance of each pixel of a picture; order and covering as in
    /// ``classMap(of:size:crowds:ignored:)``.
    ///
    /// - Precondition: the size is known.
    public func instanceMap(
        of picture: Int, size: PictureSize? = nil, crowds: CrowdTreatment = .ignored
    ) -> InstanceMap {
        let objects = instanceGroups(of: picture, crowds: crowds)
        var ids: [Int: Int32] = [:]
        for (number, group) in objects.enumerated() {
            for index in group { ids[index] = Int32(number + 1) }
        }
        let map = painted(picture, size: size, crowds: crowds, ignored: InstanceMap.ignored) {
            ids[$0] ?? 0
        }
        return InstanceMap(ids: map, objects: objects)
    }

    /// Returns the indices of the objects of each instance of a picture, see
    /// ``InstanceMap/objects``.
    package func instanceGroups(
        of picture: Int, crowds: CrowdTreatment = .ignored
    ) -> [[Int]] {
        struct Key: Hashable {
            let category: Int
            let instance: Int
        }
        var numbers: [Key: Int] = [:]
        var groups: [[Int]] = []
        for (index, object) in pictures[picture].objects.enumerated()
        where !isIgnored(object, crowds: crowds) {
            let key = object.instance.map { Key(category: object.category, instance: $0) }
            if let key, let number = numbers[key] {
                groups[number].append(index)
            } else {
                if let key { numbers[key] = groups.count }
                groups.append([index])
            }
        }
        return groups
    }

    private func isIgnored(_ object: LabeledObject, crowds: CrowdTreatment) -> Bool {
        categories[object.category].isIgnored || object.isCrowd && crowds == .ignored
    }

    private func painted(
        _ picture: Int, size: PictureSize?, crowds: CrowdTreatment, ignored: Int32,
        _ value: (Int) -> Int32
    ) -> Tensor<Int32> {
        guard let size = pictures[picture].size ?? size else {
            stop("LabelSet: the size of “\(pictures[picture].name)” is not known")
        }
        let objects = pictures[picture].objects
        return Tensor(uninitialized: [size.height, size.width]) { pixels in
            pixels.update(repeating: 0)
            for object in objects where isIgnored(object, crowds: crowds) {
                object.region.runs(size: size).paint(ignored, into: pixels)
            }
            for (index, object) in objects.enumerated()
            where !isIgnored(object, crowds: crowds) {
                object.region.runs(size: size).paint(value(index), into: pixels)
            }
        }
    }
}
