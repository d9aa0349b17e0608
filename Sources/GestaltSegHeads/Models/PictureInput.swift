import GestaltModels
import GestaltTensor

/// The preprocessing before a model's first layer: image size and scaling of values.
///
/// Frames are in −0.5…0.5 throughout the package, `x / 255 − 0.5`. A model whose layers expect
/// other values specifies them here: `(x / 255 − center) / scale`.
public struct PictureInput: Codable, Sendable, Hashable {
    /// The size to which images of other sizes are resized.
    public var height: Int
    public var width: Int
    /// In units of the full range, 0…1.
    public var center: Float
    public var scale: Float

    public init(height: Int = 64, width: Int = 64, center: Float = 0.5, scale: Float = 1) {
        self.height = height
        self.width = width
        self.center = center
        self.scale = scale
    }

    /// Converts frames in −0.5…0.5 to the scale of the first layer.
    func normalized(_ frames: Tensor<Float>) -> Tensor<Float> {
        let shifted = center == 0.5 ? frames : frames + (0.5 - center)
        return scale == 1 ? shifted : shifted / scale
    }

    public func validate() throws(ConfigurationError) {
        guard (1...16_384).contains(height) else {
            throw .invalid("height", expected: "1 to 16384", found: height)
        }
        guard (1...16_384).contains(width) else {
            throw .invalid("width", expected: "1 to 16384", found: width)
        }
        guard center.isFinite else {
            throw .invalid("center", expected: "a finite number", found: center)
        }
        guard scale.isFinite && scale > 0 else {
            throw .invalid("scale", expected: "a positive number", found: scale)
        }
    }
}
