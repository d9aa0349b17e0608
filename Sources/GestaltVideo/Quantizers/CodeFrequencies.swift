import GestaltTensor

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The frequencies of codes, without a table of all that there are.
struct CodeFrequencies {
    /// The share of each code that occurs.
    let shares: [Double]

    init(of codes: Tensor<Int32>) {
        let sorted = codes.scalars.sorted()
        var shares: [Double] = []
        var start = 0
        while start < sorted.count {
            var end = start + 1
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            shares.append(Double(end - start) / Double(sorted.count))
            start = end
        }
        self.shares = shares
    }

    /// `exp(−Σ p ln p)`: 1 for equal codes, and where there are none.
    var perplexity: Float { Float(exp(shares.reduce(0) { $0 - $1 * log($1) })) }
}
