import GestaltSegHeads
import GestaltTensor

/// The objects of a film: one that overlaps an object of its category in the frame before is the
/// same.
struct ObjectTracks: Sendable {
    /// The least IoU of the masks of one object in consecutive frames.
    static let leastOverlap = 0.3
    /// The largest id of a mask.
    private static let mostIDs = 254

    /// The map of the frame before.
    private var before: Tensor<UInt8>?
    private var objects: [UInt8: MaskedFrame.Object] = [:]
    private var trackCount = 0

    /// Adds the objects of the next frame.
    /// - Returns: the map `[H, W]` with the ids that objects keep, and the objects by id.
    mutating func add(
        _ map: SegmentedInstances
    ) -> (ids: Tensor<UInt8>, objects: [MaskedFrame.Object]) {
        let earlier = pairs(map)
        var taken = Set(earlier.values.map(\.id))
        var table = [UInt8](repeating: 0, count: 256)
        var result: [MaskedFrame.Object] = []
        for instance in map.instances {
            let known = earlier[instance.id]
            let track = known?.track ?? nextTrack()
            let id = known?.id ?? Self.free(after: track, taken)
            taken.insert(id)
            table[Int(instance.id)] = id
            result.append(
                MaskedFrame.Object(
                    id: id, category: instance.category, score: instance.score, track: track))
        }
        let ids = map.ids.withScalars { own in
            Tensor<UInt8>(uninitialized: map.ids.shape) { target in
                for place in own.indices { target[place] = table[Int(own[place])] }
            }
        }
        before = ids
        objects = Dictionary(uniqueKeysWithValues: result.map { ($0.id, $0) })
        return (ids, result.sorted { $0.id < $1.id })
    }

    private mutating func nextTrack() -> Int {
        trackCount += 1
        return trackCount
    }

    /// Returns the id of a new object: the number of its track, or the next one that is free.
    private static func free(after track: Int, _ taken: Set<UInt8>) -> UInt8 {
        let ids = (0..<mostIDs).lazy.map { UInt8((track - 1 + $0) % mostIDs + 1) }
        return ids.first { !taken.contains($0) } ?? 1
    }

    /// Returns the object of the frame before that each object continues, the largest overlaps
    /// first.
    private func pairs(_ map: SegmentedInstances) -> [UInt8: MaskedFrame.Object] {
        guard let before, before.shape == map.ids.shape, !objects.isEmpty else { return [:] }
        var common = [Int](repeating: 0, count: 256 * 256)
        var areas = [Int](repeating: 0, count: 256)
        before.withScalars { old in
            map.ids.withScalars { new in
                for place in old.indices {
                    common[Int(old[place]) << 8 | Int(new[place])] += 1
                    areas[Int(old[place])] += 1
                }
            }
        }
        var candidates: [(overlap: Double, old: UInt8, new: UInt8)] = []
        for instance in map.instances {
            for (id, object) in objects where object.category == instance.category {
                let shared = common[Int(id) << 8 | Int(instance.id)]
                let overlap = Double(shared) / Double(areas[Int(id)] + instance.pixelCount - shared)
                if overlap >= Self.leastOverlap { candidates.append((overlap, id, instance.id)) }
            }
        }
        candidates.sort { ($1.overlap, $0.old, $0.new) < ($0.overlap, $1.old, $1.new) }
        var result: [UInt8: MaskedFrame.Object] = [:]
        var used: Set<UInt8> = []
        for (_, old, new) in candidates where result[new] == nil && used.insert(old).inserted {
            result[new] = objects[old]
        }
        return result
    }
}
