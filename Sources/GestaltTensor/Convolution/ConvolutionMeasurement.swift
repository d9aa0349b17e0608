import Synchronization

/// The algorithms that ``ConvolutionPlan/Choice/measured`` found fastest in this process.
enum ConvolutionMeasurement {
    private struct Key: Hashable {
        let geometry: ConvolutionGeometry
        let pass: ConvolutionPlan.Pass
        let scalar: ElementType
        let threads: Int
        let instructionSet: Runtime.InstructionSet
        let largestWinogradTile: Int
    }

    private static let winners = Mutex<[Key: ConvolutionPlan.Algorithm]>([:])

    /// What `compute` gives by the fastest algorithm. The first time each is run three times, and the
    /// better of the last two counts: the first may have to get memory.
    static func run<Scalar: FloatingScalar>(
        _ geometry: ConvolutionGeometry, _ pass: ConvolutionPlan.Pass,
        _ compute: (ConvolutionPlan.Choice) -> Tensor<Scalar>
    ) -> Tensor<Scalar> {
        let key = Key(
            geometry: geometry, pass: pass, scalar: Scalar.elementType, threads: Runtime.threads,
            instructionSet: Runtime.instructionSet,
            largestWinogradTile: Runtime.largestWinogradTile)
        if let winner = winners.withLock({ $0[key] }) { return compute(.forced(winner)) }
        let clock = ContinuousClock()
        var best: (algorithm: ConvolutionPlan.Algorithm, time: Duration, value: Tensor<Scalar>)?
        for algorithm in ConvolutionPlan.Algorithm.allCases
        where algorithm.winogradTile ?? 0 <= key.largestWinogradTile
            && ConvolutionPlan.refusal(of: algorithm, pass: pass, geometry: geometry) == nil
        {
            var value = compute(.forced(algorithm))
            let first = clock.measure { value = compute(.forced(algorithm)) }
            let time = min(first, clock.measure { value = compute(.forced(algorithm)) })
            if best.map({ time < $0.time }) ?? true { best = (algorithm, time, value) }
        }
        // `patches` serves everything.
        let (winner, value) = (best!.algorithm, best!.value)
        winners.withLock { $0[key] = winner }
        return value
    }
}
