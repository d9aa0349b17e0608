import GestaltTensor

/// A part of a model with its path.
public struct NamedModule: Sendable, CustomStringConvertible {
    /// The path in `visit`; empty for the model itself.
    public let path: String
    public let type: any Module.Type

    public var description: String { path.isEmpty ? "\(type)" : "\(path): \(type)" }
}

extension Module {
    /// The model and all of its parts, at every depth, in the order of `visit`.
    ///
    /// ```swift
    /// let norms = model.namedModules.filter { $0.type is BatchNorm.Type }.map(\.path)
    /// ```
    /// The paths are those of ``Freezing``, ``ParameterGroup`` and file keys. A part without
    /// parameters is listed if its owner visits it.
    public var namedModules: [NamedModule] {
        var copy = self
        var visitor = ModuleLister(entries: [NamedModule(path: "", type: Self.self)])
        copy.visit(&visitor)
        return visitor.entries
    }
}

private struct ModuleLister: ParameterVisitor {
    var prefix = ""
    var entries: [NamedModule]

    mutating func parameter(_ name: String, _ value: inout Tensor<Float>) {}
    mutating func buffer(_ name: String, _ buffer: inout Buffer) {}

    mutating func module<M: Module>(_ name: String, _ module: inout M) {
        let outer = prefix
        entries.append(NamedModule(path: prefix + name, type: M.self))
        prefix += name + "."
        module.visit(&self)
        prefix = outer
    }
}
