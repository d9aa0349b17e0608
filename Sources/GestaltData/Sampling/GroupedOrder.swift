/// The order of items of which a batch may hold only those of one group, as pictures of one size; a
/// pure function of the step.
///
/// With one group it is the `order` itself. With several every group is in an order of its own and
/// has as many places in a pass as it makes batches; which group is next is shuffled with the
/// order's seed. So that all batches of a shuffled order are full, the last one of a group in a pass
/// already holds items of the group's next pass.
struct GroupedOrder: Sendable {
    let order: BatchOrder
    let batchSize: Int
    /// Items of each group; groups in the order of their first items.
    private let groups: [[Int]]
    /// The first place of each group in a pass.
    private let starts: [Int]
    let stepsPerPass: Int

    /// - Parameter sizes: of every item.
    /// - Precondition: there are items; `batchSize` is positive.
    init(_ order: BatchOrder, batchSize: Int, sizes: some Sequence<FrameSize>) {
        var numbers: [FrameSize: Int] = [:]
        var groups: [[Int]] = []
        for (item, size) in sizes.enumerated() {
            if let number = numbers[size] {
                groups[number].append(item)
            } else {
                numbers[size] = groups.count
                groups.append([item])
            }
        }
        var starts: [Int] = []
        var steps = 0
        for group in groups {
            starts.append(steps)
            steps += order.stepsPerPass(batchSize: batchSize, count: group.count)
        }
        self.order = order
        self.batchSize = batchSize
        self.groups = groups
        self.starts = starts
        stepsPerPass = steps
    }

    /// The items of batch `step`; none beyond the end of `.once`.
    func items(step: Int) -> [Int] {
        guard groups.count > 1 else {
            return order.items(step: step, batchSize: batchSize, count: groups[0].count)
        }
        switch order {
        case .once:
            guard step < stepsPerPass else { return [] }
            let group = group(at: step)
            return items(of: group, .once, step: step - starts[group])
        case .shuffled(let seed):
            let (pass, place) = step.quotientAndRemainder(dividingBy: stepsPerPass)
            let slot = BatchOrder.permutation(stepsPerPass, seed: seed, pass: pass)[place]
            let group = group(at: slot)
            let steps = order.stepsPerPass(batchSize: batchSize, count: groups[group].count)
            // Another seed for each group: groups of one length would go in step.
            let own = seed &+ (UInt64(group) + 1) &* 0x9E37_79B9_7F4A_7C15
            return items(
                of: group, .shuffled(seed: own), step: pass * steps + slot - starts[group])
        }
    }

    private func items(of group: Int, _ order: BatchOrder, step: Int) -> [Int] {
        order.items(step: step, batchSize: batchSize, count: groups[group].count)
            .map { groups[group][$0] }
    }

    private func group(at slot: Int) -> Int { starts.lastIndex { $0 <= slot } ?? 0 }
}
