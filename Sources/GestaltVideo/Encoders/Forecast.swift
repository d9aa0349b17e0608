import GestaltChecks
import GestaltModels
import GestaltNN
import GestaltTensor

/// The names of the forecasts at every pixel of a frame: pictures, such as a later frame, and
/// maps of probabilities, such as what will be displaced.
public struct ForecastOutputs: Codable, Sendable, Equatable {
    /// The names of the pictures: `background`, `frame+4`.
    public var pictures: [String]
    /// The names of the maps: `displaced`, `will-change-0`.
    public var maps: [String]

    public init(pictures: [String], maps: [String]) {
        self.pictures = pictures
        self.maps = maps
    }

    /// The number of output channels: three for each picture, one for each map.
    public var channels: Int { 3 * pictures.count + maps.count }

    /// - Throws: `ConfigurationError` for no name, too many, or one that occurs twice.
    public func validate() throws(ConfigurationError) {
        let names = pictures + maps
        guard (1...256).contains(names.count), Set(names).count == names.count else {
            throw .invalid(
                "pictures and maps", expected: "1 to 256 distinct names", found: names)
        }
    }

    /// Returns the linear layer from features of `width` channels to all outputs, pictures first.
    package func layer(width: Int, random: inout RandomStream) -> Convolution {
        Convolution(width, channels, kernel: [1, 1], padding: .same, random: &random)
    }

    /// Divides the channels of that layer, `[N, H, W, channels]`.
    package func forecast(_ all: Tensor<Float>) -> Forecast {
        require(
            all.rank == 4 && all.shape[3] == channels,
            "ForecastOutputs: \(all.shape) is not [N, H, W, \(channels)]")
        let split = 3 * pictures.count
        return Forecast(
            pictures: all.sliced(0..<split, axis: -1), maps: all.sliced(split..<channels, axis: -1))
    }
}

/// The forecasts from frames.
public struct Forecast: Sendable {
    /// `[N, H, W, 3 · pictures]` in units of the frames, −0.5…0.5.
    public let pictures: Tensor<Float>
    /// The logits of the maps, `[N, H, W, maps]`.
    public let maps: Tensor<Float>

    /// Returns one picture, `[N, H, W, 3]`.
    public func picture(_ index: Int) -> Tensor<Float> {
        pictures.sliced(3 * index..<3 * index + 3, axis: -1)
    }
}
