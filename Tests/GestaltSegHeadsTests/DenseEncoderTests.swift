import GestaltModels
import GestaltNN
import GestaltPrior
import GestaltSegHeads
import GestaltTensor
import GestaltVQVAE
import GestaltVideo
import TestSupport
import Testing

@Suite struct DenseEncoderTests {
    static let configuration = ForecasterConfiguration(
        encoder: DenseEncoderConfiguration(width: 4), pictures: ["background", "frame+4"],
        maps: ["displaced"])

    static func forecaster() -> Forecaster {
        var random = RandomStream(seed: 3)
        return Forecaster(configuration, random: &random)
    }

    @Test func featuresHaveThePixelsOfTheFrame() {
        let encoder = Self.forecaster().encoder
        let latent = encoder.encode(.sample([2, 24, 32, 3], seed: 1, in: -0.5...0.5), .inference)
        #expect(latent.shape == encoder.latentShape(height: 24, width: 32))
        #expect(latent.tensor.shape == [2, 1, 24, 32, 4])
    }

    @Test func theTrunkIsThatOfTheBaseline() {
        var random = RandomStream(seed: 3)
        let encoder = DenseEncoder(DenseEncoderConfiguration(), random: &random)
        let network = UNet(.baseline, random: &random)
        let paths = network.state.map(\.path).filter { $0.hasPrefix("trunk") }
        #expect(encoder.state.map(\.path) == paths)
    }

    @Test func framesOfAnySizeAreForecast() {
        let forecast = Self.forecaster()(
            .sample([1, 21, 30, 3], seed: 1, in: -0.5...0.5), .inference)
        #expect(forecast.pictures.shape == [1, 21, 30, 6])
        #expect(forecast.maps.shape == [1, 21, 30, 1])
        #expect(forecast.picture(1).shape == [1, 21, 30, 3])
    }

    @Test func aNameTakesTheEncoderOfAForecaster() throws {
        var random = RandomStream(seed: 5)
        let forecaster = Self.forecaster()
        let encoder = try DenseEncoder(named: "dense", on: forecaster, random: &random)
        #expect(encoder.state.map(\.value) == forecaster.encoder.state.map(\.value))
        #expect(encoder.name == "dense:4")
        #expect(
            try DenseEncoder(named: "dense:8", on: nil, random: &random).configuration.widths
                == [8, 16, 32, 64])
    }

    @Test func namesThatDoNotFitAreErrors() throws {
        var random = RandomStream(seed: 5)
        let forecaster = Self.forecaster()
        let width = try #require(throws: ConfigurationError.self) {
            try DenseEncoder(named: "dense:8", on: forecaster, random: &random)
        }
        #expect("\(width)".contains("dense:4"))
        #expect(throws: ConfigurationError.self) {
            try DenseEncoder(named: "dense:wide", on: nil, random: &random)
        }
        let other = try #require(throws: ModelMismatch.self) {
            try DenseEncoder(named: "dense", on: SegmenterTests.segmenter(), random: &random)
        }
        #expect(other.needed == .denseEncoder)
    }

    @Test func theTrunkOfAUNetIsADenseEncoder() throws {
        var random = RandomStream(seed: 5)
        let network = StoredModelTests.unet()
        let encoder = try DenseEncoder(named: "dense", on: network, random: &random)
        let frames = noise([1, 16, 16, 3])
        #expect(
            encoder.encode(frames, .inference).tensor[0..., 0] == network.features(frames)?.tensor)
        // With another scale of its input the weights would not fit.
        var configuration = network.configuration
        configuration.input.scale = 1
        let other = UNet(configuration, random: &random)
        #expect(throws: ModelMismatch.self) {
            try DenseEncoder(named: "dense", on: other, random: &random)
        }
    }

    @Test func twoOutputsOfOneNameAreAnError() {
        var configuration = Self.configuration
        configuration.maps = ["background"]
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }
}
