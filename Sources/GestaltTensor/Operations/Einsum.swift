import GestaltChecks

/// Returns a sum of products in Einstein's notation: `einsum("bij,bjk->bik", a, b)` multiplies
/// matrices.
///
/// Each operand names its axes by letters; a letter denotes the same length everywhere. Letters
/// absent from the result are summed over, a letter repeated within one operand takes its diagonal
/// (`"ii->"` is the trace), and a letter of the result must come from an operand. Operands are
/// combined from left to right, each pair by sums over the letters that only one of them has and
/// one batched matrix product, so gradients are those of permuting, summing and multiplying. There
/// is no `...` and no implicit result.
///
/// - Parameter equation: letters of the operands separated by commas, `->`, letters of the result;
///   spaces are ignored.
/// - Precondition: the equation has this form, one group of letters per operand and one letter per
///   axis; axes of the same letter have equal length.
public func einsum<Scalar: FloatingScalar>(
    _ equation: String, _ operands: Tensor<Scalar>...
) -> Tensor<Scalar> {
    let terms = EinsumEquation(equation, operands.map(\.shape))
    var lettered = zip(terms.operands, operands).map { Lettered($1, $0).withoutRepeats() }
    var result = lettered.removeFirst()
    while !lettered.isEmpty {
        let next = lettered.removeFirst()
        let needed = lettered.reduce(Set(terms.result)) { $0.union($1.letters) }
        result = result.contracted(next, keeping: needed)
    }
    return result.summed(keeping: Set(terms.result)).ordered(terms.result)
}

/// The parts of an equation, checked against the operands' shapes.
private struct EinsumEquation {
    let operands: [[Character]]
    let result: [Character]

    init(_ equation: String, _ shapes: [Shape]) {
        let text = equation.filter { $0 != " " }
        let sides = text.split(separator: ">", omittingEmptySubsequences: false)
        require(
            sides.count == 2 && sides[0].last == "-",
            "einsum: \"\(equation)\" is not of the form \"ij,jk->ik\"")
        operands = sides[0].dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { Array($0) }
        result = Array(sides[1])
        let letters = operands.flatMap { $0 } + result
        require(
            letters.allSatisfy { $0.isASCII && $0.isLetter } && Set(result).count == result.count,
            "einsum: \"\(equation)\" has axes that are no letters, or a result that repeats one")
        require(
            operands.count == shapes.count
                && zip(operands, shapes).allSatisfy { $0.count == $1.rank },
            "einsum: \"\(equation)\" does not fit operands of shapes \(shapes)")
        var lengths: [Character: Int] = [:]
        for (names, shape) in zip(operands, shapes) {
            for (name, length) in zip(names, shape) {
                require(
                    lengths[name, default: length] == length,
                    "einsum: axis \(name) of \"\(equation)\" has two lengths in shapes \(shapes)")
                lengths[name] = length
            }
        }
        require(
            result.allSatisfy { lengths[$0] != nil },
            "einsum: the result of \"\(equation)\" has a letter that no operand has")
    }
}

/// A tensor whose axes are letters.
private struct Lettered<Scalar: FloatingScalar> {
    let tensor: Tensor<Scalar>
    let letters: [Character]

    init(_ tensor: Tensor<Scalar>, _ letters: [Character]) {
        self.tensor = tensor
        self.letters = letters
    }

    /// Diagonals in place of axes that share a letter.
    func withoutRepeats() -> Lettered {
        for first in letters.indices {
            guard let second = letters[(first + 1)...].firstIndex(of: letters[first]) else {
                continue
            }
            let rest = letters.indices.filter { $0 != first && $0 != second }.map { letters[$0] }
            return Lettered(
                tensor.diagonal(axes: (rows: first, columns: second)), rest + [letters[first]]
            ).withoutRepeats()
        }
        return self
    }

    /// Returns the sums over letters outside of `kept`.
    func summed(keeping kept: Set<Character>) -> Lettered {
        let axes = letters.indices.filter { !kept.contains(letters[$0]) }
        guard !axes.isEmpty else { return self }
        return Lettered(tensor.sum(axes: axes), letters.filter(kept.contains))
    }

    /// Returns the axes in the order of `target`, which names each letter once.
    func ordered(_ target: [Character]) -> Tensor<Scalar> {
        target == letters ? tensor : tensor.permuted(target.map { letters.firstIndex(of: $0)! })
    }

    private func length(_ letter: Character) -> Int {
        tensor.shape[letters.firstIndex(of: letter)!]
    }

    /// Returns the product with `other`, summed over the letters outside of `kept`: one batched
    /// matrix product `[batch, mine, shared] × [batch, shared, theirs]`.
    func contracted(_ other: Lettered, keeping kept: Set<Character>) -> Lettered {
        let mineAndKept = kept.union(letters)
        let (a, b) = (
            summed(keeping: kept.union(other.letters)), other.summed(keeping: mineAndKept)
        )
        let both = a.letters.filter(b.letters.contains)
        let batch = both.filter(kept.contains)
        let shared = both.filter { !kept.contains($0) }
        let mine = a.letters.filter { !both.contains($0) }
        let theirs = b.letters.filter { !both.contains($0) }
        func size(_ names: [Character], _ source: Lettered) -> Int {
            names.reduce(1) { $0 * source.length($1) }
        }
        let (count, inner) = (size(batch, a), size(shared, a))
        let left = a.ordered(batch + mine + shared)
            .reshaped([count, size(mine, a), inner] as Shape)
        let right = b.ordered(batch + shared + theirs)
            .reshaped([count, inner, size(theirs, b)] as Shape)
        let lengths = (batch + mine).map(a.length) + theirs.map(b.length)
        return Lettered(left.matmul(right).reshaped(Shape(lengths)), batch + mine + theirs)
    }
}
