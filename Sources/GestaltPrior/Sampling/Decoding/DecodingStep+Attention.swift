internal import CKernels
import GestaltTensor

extension DecodingStep {
    /// Applies `x ← x + attention(norm(x))` over the positions so far.
    func attention(_ block: DecodingBlock, _ layer: Int) {
        normalize(block.attentionNorm)
        product(block.projection, rows.normalized, rows.projected)
        let visible = weights.ranges
        let ranges = visible.count(at: position)
        let head = cache.own.head
        let length = gk_decode_result_length(head.value_width)
        let work = visible.length(at: position) * head.width * 2
        inParallel(samples * heads, ranges, work: work) { item, index in
            let (sample, number) = (item / heads, item % heads)
            let row = rows.projected + sample * 3 * width + number * head.width
            let place = layer * samples * heads + item
            if index == ranges - 1 {
                // The position itself belongs to the last range, so no other task reads it.
                cache.own.append(
                    place, position: position, key: row + width, value: row + 2 * width)
            }
            let range = visible.range(index, at: position)
            withUnsafePointer(to: head) {
                gk_decode_attend(
                    variant, $0, cache.own.keys(place), cache.own.values(place),
                    range.lowerBound, range.count, 1, row, 0,
                    rows.parts + (item * ranges + index) * length, 0)
            }
        }
        merge(ranges, valueWidth: head.value_width)
        product(block.attentionOutput, rows.mixed, rows.stream)
    }

    /// Applies `x ← x + attention(norm(x), frames)`; the samples of a clip read its keys and values
    /// once.
    func cross(_ block: DecodingCross, _ layer: Int) {
        guard let cross = cache.cross else { return }
        normalize(block.norm)
        product(block.query, rows.normalized, rows.projected)
        let head = cross.plan.head
        let last = cross.plan.positions - 1
        let ranges = cross.ranges.count(at: last)
        let length = gk_decode_result_length(head.value_width)
        let work = cross.plan.positions * (head.width + head.value_width)
        inParallel(cross.plan.groups.count * heads, ranges, work: work) { item, index in
            let (group, number) = (item / heads, item % heads)
            let members = cross.plan.groups[group].samples
            let first = members.lowerBound
            let place = cross.index(layer, group, number)
            let range = cross.ranges.range(index, at: last)
            withUnsafePointer(to: head) {
                gk_decode_attend(
                    variant, $0, cross.store.keys(place), cross.store.values(place),
                    range.lowerBound, range.count, members.count,
                    rows.projected + first * width + number * head.width, width,
                    rows.parts + ((first * heads + number) * ranges + index) * length,
                    heads * ranges * length)
            }
        }
        merge(ranges, valueWidth: head.value_width)
        product(block.output, rows.mixed, rows.stream)
    }

    /// Sums the ranges' results in order, for every head of every sample.
    private func merge(_ ranges: Int, valueWidth: Int) {
        let length = gk_decode_result_length(valueWidth)
        for item in 0..<samples * heads {
            gk_decode_merge(
                variant, valueWidth, ranges, rows.parts + item * ranges * length,
                rows.mixed + item * valueWidth)
        }
    }

    /// Runs `body` for every item and range; on one thread when an item is little work.
    /// - Parameter work: the number of values that an item reads.
    private func inParallel(
        _ items: Int, _ ranges: Int, work: Int, _ body: (Int, Int) -> Void
    ) {
        let smallestTask = 1 << 14
        let count = items * ranges
        let together = max(1, min(count, smallestTask * ranges / max(work, 1)))
        parallelFor((count + together - 1) / together) { task in
            for number in task * together..<min(count, (task + 1) * together) {
                body(number / ranges, number % ranges)
            }
        }
    }
}
