import GestaltTensor

/// A layer or a model: a value type that holds and names parameters.
///
/// `visit` is the only list of a module's contents. Gradients, optimizers, weight averages, file
/// keys, counting, freezing and printing all traverse it, in its order.
///
/// ```swift
/// struct TwoLayers: Module {
///     var first: Linear
///     var second: Linear
///
///     func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float> {
///         second(first(x, context).relu(), context)
///     }
///
///     mutating func visit(_ visitor: inout some ParameterVisitor) {
///         visitor.module("first", &first)
///         visitor.module("second", &second)
///     }
/// }
/// ```
public protocol Module: Sendable {
    mutating func visit(_ visitor: inout some ParameterVisitor)
}

/// A visitor of a module's parameters, buffers and parts.
public protocol ParameterVisitor {
    /// Visits a parameter: a tensor that the optimizer updates.
    mutating func parameter(_ name: String, _ value: inout Tensor<Float>)
    /// Visits a buffer: a tensor that the forward pass updates in training.
    mutating func buffer(_ name: String, _ buffer: inout Buffer)
    /// Visits a part, whose names are prefixed by `name`.
    mutating func module(_ name: String, _ module: inout some Module)
}

extension ParameterVisitor {
    /// Visits a list of parts, named by index.
    public mutating func modules<M: Module>(_ name: String, _ modules: inout [M]) {
        for index in modules.indices { module("\(name).\(index)", &modules[index]) }
    }

    /// Visits an optional part; an absent part has no name.
    public mutating func module<M: Module>(_ name: String, _ optional: inout M?) {
        guard var present = optional.take() else { return }
        module(name, &present)
        optional = present
    }

    /// Visits an optional parameter, for example a bias.
    public mutating func parameter(_ name: String, _ optional: inout Tensor<Float>?) {
        guard var present = optional.take() else { return }
        parameter(name, &present)
        optional = present
    }
}

/// A layer of one input and one output, the element of a ``Sequential``.
public protocol Layer: Module {
    func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float>
}

/// A visitor that requires full paths only: the traversal maintains the prefix.
public protocol PathVisitor: ParameterVisitor {
    /// The path of the module being visited, with its trailing dot; empty at the root.
    var prefix: String { get set }
    mutating func parameter(path: String, _ value: inout Tensor<Float>)
    mutating func buffer(path: String, _ buffer: inout Buffer)
}

extension PathVisitor {
    public mutating func parameter(_ name: String, _ value: inout Tensor<Float>) {
        parameter(path: prefix + name, &value)
    }

    public mutating func buffer(_ name: String, _ buffer: inout Buffer) {
        self.buffer(path: prefix + name, &buffer)
    }

    public mutating func module(_ name: String, _ module: inout some Module) {
        let outer = prefix
        prefix += name + "."
        module.visit(&self)
        prefix = outer
    }
}
