import GestaltTensor

/// A layer or a model: a value that holds parameters and names them.
///
/// `visit` is the only list of what a module holds. Gradients, optimizers, weight averages,
/// file keys, counting, freezing and printing all walk it, in its order.
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

/// Walks a module's parameters, buffers and parts.
public protocol ParameterVisitor {
    /// A tensor that training moves along its gradient.
    mutating func parameter(_ name: String, _ value: inout Tensor<Float>)
    /// A tensor that the forward pass itself updates in training.
    mutating func buffer(_ name: String, _ buffer: inout Buffer)
    /// A part, whose names stand below `name`.
    mutating func module(_ name: String, _ module: inout some Module)
}

extension ParameterVisitor {
    /// A list of parts, named by their place.
    public mutating func modules<M: Module>(_ name: String, _ modules: inout [M]) {
        for index in modules.indices { module("\(name).\(index)", &modules[index]) }
    }

    /// A part that may be absent; absent, it has no name.
    public mutating func module<M: Module>(_ name: String, _ optional: inout M?) {
        guard var present = optional.take() else { return }
        module(name, &present)
        optional = present
    }

    /// A parameter that may be absent, a bias for example.
    public mutating func parameter(_ name: String, _ optional: inout Tensor<Float>?) {
        guard var present = optional.take() else { return }
        parameter(name, &present)
        optional = present
    }
}

/// A layer of one input and one output, as ``Sequential`` chains them.
public protocol Layer: Module {
    func callAsFunction(_ x: Tensor<Float>, _ context: Context) -> Tensor<Float>
}

/// A visitor that only wants full paths: the walk keeps the prefix.
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
