import GestaltNN
import GestaltTensor
import Testing

/// The only use of reflection: `visit` must name exactly what a module stores.
@Suite struct VisitTests {
    @Test("visit names every stored tensor and buffer", arguments: layerTable)
    func visitIsComplete(_ line: LayerCase) {
        #expect(Set(line.layer.state.map(\.path)) == storedPaths(line.layer), "\(line)")
        #expect(Set(line.layer.state.map(\.path)).count == line.layer.state.count)
    }

    @Test("attention and embedding too")
    func others() {
        var random = RandomStream(seed: 1)
        let modules: [any Module] = [
            MultiHeadAttention(width: 8, heads: 2, keyWidth: 5, random: &random),
            Embedding(count: 3, width: 2, random: &random),
        ]
        for module in modules {
            #expect(Set(module.state.map(\.path)) == storedPaths(module))
        }
    }
}

func storedPaths(_ value: Any) -> Set<String> {
    var found: Set<String> = []
    for child in Mirror(reflecting: value).children {
        guard let label = child.label else { continue }
        let inner = unwrapped(child.value)
        switch inner {
        case is Tensor<Float>, is Buffer: found.insert(label)
        case let module as any Module:
            found.formUnion(storedPaths(module).map { label + "." + $0 })
        case let layers as [any Layer]:
            // A sequence names its layers by their place alone.
            for (place, layer) in layers.enumerated() {
                found.formUnion(storedPaths(layer).map { "\(place)." + $0 })
            }
        default: break
        }
    }
    return found
}

private func unwrapped(_ value: Any) -> Any {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return value }
    return mirror.children.first?.value ?? ()
}
