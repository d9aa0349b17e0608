import GestaltChecks
import GestaltTensor

/// The true instances of the pictures of a batch.
public struct InstanceTargets: Sendable {
    public let height: Int
    public let width: Int
    /// The class of each instance of each picture, from 1 on; in the order of their ids.
    public let classes: [[UInt8]]
    /// `[N, M, H · W]`, M the largest number of instances in a picture: 1 where a pixel belongs to
    /// the instance.
    public let membership: Tensor<Float>
    /// `[N, H · W]`: 0 at ignored pixels, else 1; nil where all pixels count.
    public let weights: Tensor<Float>?

    /// - Parameters:
    ///   - masks: `[N, H, W]`: 0 background, other ids instances.
    ///   - categories: the class of each id of each picture, from 1 on.
    ///   - ignored: the id of pixels that do not count. `Clip.masks` has 255.
    /// - Precondition: as many categories as pictures; each id has a class.
    public init(
        _ masks: Tensor<UInt8>, categories: [[UInt8: UInt8]], ignoring ignored: UInt8 = 255
    ) {
        require(
            masks.rank == 3 && masks.shape[0] == categories.count,
            "InstanceTargets: masks \(masks.shape) are not [N, H, W] with the categories of "
                + "\(categories.count) pictures")
        (height, width) = (masks.shape[1], masks.shape[2])
        let pixels = height * width
        var places: [[UInt8: Int]] = []
        var classes: [[UInt8]] = []
        var ignores = false
        masks.withScalars { ids in
            for (picture, table) in categories.enumerated() {
                let own = Set(ids[(picture * pixels)..<((picture + 1) * pixels)])
                ignores = ignores || own.contains(ignored)
                let present = own.subtracting([0, ignored]).sorted()
                places.append(
                    Dictionary(uniqueKeysWithValues: present.enumerated().map { ($1, $0) }))
                classes.append(
                    present.map { id in
                        guard let category = table[id], category > 0 else {
                            stop("InstanceTargets: id \(id) of picture \(picture) has no class")
                        }
                        return category
                    })
            }
        }
        self.classes = classes
        let count = classes.reduce(0) { max($0, $1.count) }
        var membership = Tensor<Float>.zeros([categories.count, count, pixels])
        masks.withScalars { ids in
            membership.withMutableScalars { target in
                for (picture, table) in places.enumerated() {
                    for pixel in 0..<pixels {
                        guard let place = table[ids[picture * pixels + pixel]] else { continue }
                        target[(picture * count + place) * pixels + pixel] = 1
                    }
                }
            }
        }
        self.membership = membership
        weights =
            ignores
            ? Tensor(
                shape: [categories.count, pixels],
                scalars: masks.scalars.map { $0 == ignored ? 0 : 1 }) : nil
    }

    private init(
        height: Int, width: Int, classes: [[UInt8]], membership: Tensor<Float>,
        weights: Tensor<Float>?
    ) {
        (self.height, self.width, self.classes) = (height, width, classes)
        (self.membership, self.weights) = (membership, weights)
    }

    /// The number of pictures.
    public var count: Int { classes.count }
    /// The number of pixels of a picture.
    public var pixelCount: Int { height * width }

    /// The class of each pixel, `[N, H, W]`: 0 background, `ignored` where pixels do not count.
    public func classMasks(ignored: UInt8 = 255) -> Tensor<UInt8> {
        let most = membership.shape[1]
        var result = Tensor<UInt8>.zeros([count, height, width])
        result.withMutableScalars { target in
            membership.withScalars { members in
                for (picture, classes) in classes.enumerated() {
                    for (place, label) in classes.enumerated() {
                        let start = (picture * most + place) * pixelCount
                        for pixel in 0..<pixelCount where members[start + pixel] > 0 {
                            target[picture * pixelCount + pixel] = label
                        }
                    }
                }
            }
            weights?.withScalars { weights in
                for pixel in weights.indices where weights[pixel] == 0 { target[pixel] = ignored }
            }
        }
        return result
    }

    /// Targets of pictures that were padded at the bottom and right; the new pixels do not count.
    func padded(height: Int, width: Int) -> InstanceTargets {
        guard height != self.height || width != self.width else { return self }
        func padded(_ maps: Tensor<Float>) -> Tensor<Float> {
            let (count, most) = (maps.shape[0], maps.shape[1])
            return maps.reshaped([count, most, self.height, self.width])
                .padded(before: 0, after: height - self.height, axis: 2)
                .padded(before: 0, after: width - self.width, axis: 3)
                .reshaped([count, most, height * width])
        }
        let counted = weights ?? .ones([count, pixelCount])
        return InstanceTargets(
            height: height, width: width, classes: classes, membership: padded(membership),
            weights: padded(counted.expanded(axis: 1)).squeezed(axis: 1))
    }
}
