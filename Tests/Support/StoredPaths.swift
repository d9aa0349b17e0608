import GestaltNN
import GestaltTensor

/// The paths of every tensor and buffer that a value stores, found by reflection.
///
/// A module's `visit` has to name exactly these: a tensor it forgets is neither trained nor saved.
/// Modules of arrays are named by their place, those of a `Sequential` by their place alone.
public func storedPaths(_ value: Any) -> Set<String> {
    if let sequence = value as? Sequential { return storedPaths(sequence.layers, below: "") }
    var found: Set<String> = []
    for child in Mirror(reflecting: value).children {
        guard let label = child.label else { continue }
        let inner = unwrapped(child.value)
        switch inner {
        case is Tensor<Float>, is Buffer: found.insert(label)
        case let modules as [any Module]: found.formUnion(storedPaths(modules, below: label + "."))
        case let tensors as [Tensor<Float>]:
            found.formUnion(tensors.indices.map { "\(label).\($0)" })
        default:
            guard Mirror(reflecting: inner).displayStyle == .struct else { continue }
            found.formUnion(storedPaths(inner).map { label + "." + $0 })
        }
    }
    return found
}

private func storedPaths(_ modules: [any Module], below prefix: String) -> Set<String> {
    Set(
        modules.enumerated().flatMap { place, module in
            storedPaths(module).map { "\(prefix)\(place).\($0)" }
        })
}

private func unwrapped(_ value: Any) -> Any {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return value }
    return mirror.children.first?.value ?? ()
}
