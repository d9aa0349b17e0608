/// A tensor and its name, the element of lists that files store and optimizers resume from.
///
/// In a model the name is the tensor's path; in another program's state dictionary, its key.
public typealias NamedTensor<Scalar: TensorScalar> = (name: String, tensor: Tensor<Scalar>)
