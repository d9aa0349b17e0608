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
        let present = masks.withScalars { ids in
            categories.indices.map { Set(ids[($0 * pixels)..<(($0 + 1) * pixels)]) }
        }
        let instances = present.map { $0.subtracting([0, ignored]).sorted() }
        classes = zip(instances, categories).enumerated().map { picture, pair in
            pair.0.map { id in
                guard let category = pair.1[id], category > 0 else {
                    stop("InstanceTargets: id \(id) of picture \(picture) has no class")
                }
                return category
            }
        }
        membership = Self.membership(masks, instances)
        weights =
            present.contains { $0.contains(ignored) }
            ? Tensor(
                shape: [categories.count, pixels],
                scalars: masks.scalars.map { $0 == ignored ? 0 : 1 }) : nil
    }

    /// Returns 1 where a pixel belongs to each instance of its picture, `[N, M, H · W]`.
    /// - Parameter instances: the ids of each picture.
    private static func membership(
        _ masks: Tensor<UInt8>, _ instances: [[UInt8]]
    ) -> Tensor<Float> {
        let pixels = masks.shape[1] * masks.shape[2]
        let most = instances.reduce(0) { max($0, $1.count) }
        var result = Tensor<Float>.zeros([instances.count, most, pixels])
        masks.withScalars { ids in
            result.withMutableScalars { target in
                for (picture, own) in instances.enumerated() {
                    let places = Dictionary(
                        uniqueKeysWithValues: own.enumerated().map { ($1, $0) })
                    for pixel in 0..<pixels {
                        guard let place = places[ids[picture * pixels + pixel]] else { continue }
                        target[(picture * most + place) * pixels + pixel] = 1
                    }
                }
            }
        }
        return result
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
