import GestaltChecks
import GestaltMedia
import GestaltNN
import GestaltSegHeads
import GestaltTensor
import GestaltVideo

/// Frames beside what a forecaster forecasts from each of them, as one image: pictures in color,
/// maps as probabilities, white being 1.
public struct ForecastSheet: Sendable {
    private let frames: Tensor<UInt8>
    private let forecaster: Forecaster
    private let magnification: Int

    /// - Parameter frames: `[N, H, W, 3]`.
    /// - Precondition: there is a frame.
    public init(of frames: Tensor<UInt8>, by forecaster: Forecaster, magnification: Int = 2) {
        require(
            frames.rank == 4 && frames.shape[3] == 3 && frames.count > 0,
            "ForecastSheet: frames \(frames.shape) are not [N, H, W, 3]")
        self.frames = frames
        self.forecaster = forecaster
        self.magnification = magnification
    }

    /// The image `[H', W', 3]`: a row for each frame.
    public var picture: Tensor<UInt8> {
        let configuration = forecaster.configuration
        var sheet = ContactSheet(magnification: magnification)
        sheet.columnTitles = ["frame"] + configuration.pictures + configuration.maps
        return sheet.drawn((0..<frames.shape[0]).map(row))
    }

    private func row(_ index: Int) -> [Tensor<UInt8>] {
        let frame = frames[index]
        let forecast = forecaster(frame.centeredPixels().expanded(axis: 0), .inference)
        let pictures = forecaster.configuration.pictures.indices.map {
            forecast.picture($0).squeezed(axis: 0).clampedToPixels.pixelBytes()
        }
        let probabilities = forecast.maps.sigmoid().squeezed(axis: 0)
        let maps = forecaster.configuration.maps.indices.map {
            (probabilities.selected($0, axis: 2) - 0.5).pixelBytes()
        }
        return [frame] + pictures + maps
    }
}
