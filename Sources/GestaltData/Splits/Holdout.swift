/// Clips that are kept out of training by their number: the same ones every time.
enum Holdout {
    /// Numbers of the clips that are trained on and of those that are held out.
    ///
    /// - Parameter share: the share of clips held out, at least one of them and never all.
    /// - Returns: nil for fewer than two clips.
    static func split(count: Int, share: Double) -> (train: [Int], held: [Int])? {
        guard count > 1 else { return nil }
        let number = min(count - 1, max(1, Int((Double(count) * share).rounded())))
        var generator = LoadingDraws.holdout.stream(seed: 0, index: count)
        var order = Array(0..<count)
        for place in 0..<number {
            order.swapAt(place, generator.integer(place...(count - 1)))
        }
        let held = Set(order.prefix(number))
        return ((0..<count).filter { !held.contains($0) }, held.sorted())
    }
}
