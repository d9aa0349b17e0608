import Foundation
import GestaltMotion
import Testing

@Suite struct SettingsTests {
    private func read(_ text: String) throws -> MotionSettings {
        try JSONDecoder().decode(MotionSettings.self, from: Data(text.utf8))
    }

    @Test func missingSettingsKeepTheirDefaults() throws {
        #expect(try read("{}") == MotionSettings())
        let settings = try read(#"{"horizons": [[1, 3]], "medianThreshold": 12}"#)
        #expect(settings.horizons == [1...3])
        #expect(settings.medianThreshold == 12)
        #expect(settings.neededFrames == 8)
    }

    @Test func settingsSurviveCoding() throws {
        var settings = MotionSettings()
        settings.noiseFactor = 2.5
        settings.shadeSpread = 0.1
        settings.horizons = [3...3, 5...9, 10...20]
        settings.refusesMovingCamera = false
        let data = try JSONEncoder().encode(settings)
        #expect(try JSONDecoder().decode(MotionSettings.self, from: data) == settings)
    }

    static let refused = [
        (#"{"medianTreshold": 8}"#, "medianTreshold"),
        (#"{"medianThreshold": 256}"#, "medianThreshold"),
        (#"{"stateTolerance": -1}"#, "stateTolerance"),
        (#"{"displacementThreshold": 5}"#, "displacementThreshold"),
        (#"{"minimumRun": 0}"#, "minimumRun"),
        (#"{"horizons": [[6, 2]]}"#, "horizons"),
        (#"{"horizons": [[0, 2]]}"#, "horizons"),
        (#"{"horizons": [[1, 2], [2, 3], [3, 4], [4, 5]]}"#, "horizons"),
        (#"{"noiseFactor": -1}"#, "noiseFactor"),
        (#"{"shadeSpread": 2}"#, "shadeSpread"),
        (#"{"reach": -1}"#, "reach"),
    ]

    @Test(arguments: refused) func settingsOutOfRangeAreNamed(text: String, key: String) throws {
        let error = try #require(throws: MotionError.self) { try read(text) }
        guard case .invalidSetting(key, _, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.description.hasPrefix("motion settings: “\(key)” should be"))
    }
}
