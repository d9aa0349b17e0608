import GestaltTensor

/// Numbers of the instances of a batch, which stay apart when items are mixed: ids alone would name
/// instances of several items alike.
struct InstanceNumbers {
    /// `[…, 1]` of the masks' shape: 256 times the item plus the id; meaningless where the mask is
    /// 0 or ignored.
    let map: Tensor<Float>
    private let categories: [[UInt8: UInt8]]

    private static let idCount = 256

    /// - Parameters:
    ///   - masks: `[N, …]`.
    ///   - categories: of each item; nil for ids that are not instances.
    /// - Returns: nil where the ids of an item are not instances.
    init?(_ masks: Tensor<UInt8>, categories: [[UInt8: UInt8]?]) {
        let known = categories.compactMap { $0 }
        guard known.count == categories.count else { return nil }
        self.categories = known
        let pixels = masks.count / Swift.max(1, masks.shape[0])
        map = Tensor(uninitialized: Shape(Array(masks.shape) + [1])) { target in
            masks.withScalars { ids in
                for place in ids.indices {
                    target[place] = Float(place / pixels * Self.idCount + Int(ids[place]))
                }
            }
        }
    }

    /// Returns masks in which the instances of each item have ids of their own, in the order in
    /// which they occur, and the categories of these ids. Instances beyond the last id are ignored.
    ///
    /// - Parameters:
    ///   - masks: the mixed masks.
    ///   - numbers: the mixed ``map``.
    func renumbered(
        _ masks: Tensor<UInt8>, _ numbers: Tensor<Float>
    ) -> (masks: Tensor<UInt8>, categories: [[UInt8: UInt8]]) {
        var result = masks
        let pixels = masks.count / Swift.max(1, masks.shape[0])
        var found: [[UInt8: UInt8]] = []
        numbers.withScalars { numbers in
            result.withMutableScalars { ids in
                for item in categories.indices {
                    var known: [Int: UInt8] = [:]
                    var own: [UInt8: UInt8] = [:]
                    for place in (item * pixels)..<((item + 1) * pixels)
                    where ids[place] != 0 && ids[place] != Clip.ignoredLabel {
                        let number = Int(numbers[place])
                        let id = known[number] ?? UInt8(clamping: known.count + 1)
                        known[number] = id
                        ids[place] = id
                        let (donor, before) = number.quotientAndRemainder(dividingBy: Self.idCount)
                        own[id] = categories[donor][UInt8(before)]
                    }
                    own[Clip.ignoredLabel] = nil
                    found.append(own)
                }
            }
        }
        return (result, found)
    }
}
