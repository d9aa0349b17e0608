import GestaltChecks
import GestaltTensor

extension InstanceProposals {
    /// Returns the probabilities of classes at every pixel, `[H, W, classes]`, background first, as if
    /// instances were there independently of each other.
    ///
    /// With score `s` and mask `m`, a pixel belongs to an instance with probability `s·m`. It is
    /// background where it belongs to none; the rest is shared among classes in proportion to the
    /// probability that it belongs to one of their instances.
    ///
    /// - Precondition: `classes` is larger than the class of every instance.
    public func classProbabilities(_ classes: Int) -> Tensor<Float> {
        require(
            self.classes.allSatisfy { $0 < classes },
            "classProbabilities: instances of classes up to \(self.classes.max() ?? 0) among "
                + "\(classes)")
        return Tensor(uninitialized: [height, width, classes]) { target in
            masks.withScalars { masks in
                for pixel in 0..<height * width {
                    let values = target[pixel * classes..<(pixel + 1) * classes]
                    fill(
                        UnsafeMutableBufferPointer(rebasing: values),
                        UnsafeBufferPointer(rebasing: masks[pixel * count..<(pixel + 1) * count]))
                }
            }
        }
    }

    /// Writes the probabilities of one pixel, of which `masks` are those of the instances.
    private func fill(
        _ values: UnsafeMutableBufferPointer<Float>, _ masks: UnsafeBufferPointer<Float>
    ) {
        // At first the probability of belonging to no instance of a class.
        values.update(repeating: 1)
        for instance in 0..<count {
            values[Int(classes[instance])] *= 1 - scores[instance] * masks[instance]
        }
        let background = values.dropFirst().reduce(1, *)
        let sum = values.dropFirst().reduce(0) { $0 + (1 - $1) }
        for place in values.indices.dropFirst() {
            values[place] = sum > 0 ? (1 - background) * (1 - values[place]) / sum : 0
        }
        values[0] = background
    }
}
