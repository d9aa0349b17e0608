import Synchronization

/// The algorithms that ``ConvolutionPlan/Choice/measured`` found fastest in this process.
enum ConvolutionMeasurement {
    private static let winners = Mutex<[ConvolutionPlan.Key: ConvolutionPlan.Algorithm]>([:])

    /// Returns the result of `compute` by the fastest algorithm. The first time each is run three
    /// times, and the better of the last two counts: the first may include memory allocation.
    static func fastest<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, _ work: ConvolutionPlan.Work,
        _ compute: (ConvolutionPlan.Algorithm) -> Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let key = ConvolutionPlan.Key(geometry, work, .measured, Scalar.elementType)
        if let winner = winners.withLock({ $0[key] }) { return compute(winner) }
        let clock = ContinuousClock()
        var best: (algorithm: ConvolutionPlan.Algorithm, time: Duration, value: Tensor<Scalar>)?
        for algorithm in ConvolutionPlan.Algorithm.allCases
        where algorithm.winogradTile ?? 0 <= key.largestWinogradTile
            && ConvolutionPlan.refusal(of: algorithm, work, geometry: geometry) == nil
        {
            var value = compute(algorithm)
            let first = clock.measure { value = compute(algorithm) }
            let time = min(first, clock.measure { value = compute(algorithm) })
            if best.map({ time < $0.time }) ?? true { best = (algorithm, time, value) }
        }
        // `patches` serves every geometry.
        let (winner, value) = (best!.algorithm, best!.value)
        winners.withLock { $0[key] = winner }
        return value
    }
}
