import Foundation
import GestaltData
import Testing

@Suite struct AugmentationPresetTests {
    @Test(arguments: Augmentation.Preset.allCases)
    func presetsAreNamedWrittenAndRead(preset: Augmentation.Preset) throws {
        let augmentation = try Augmentation(named: preset.rawValue)
        #expect(augmentation == preset.augmentation && augmentation.preset == preset)
        try augmentation.validate()
        let data = try JSONEncoder().encode(augmentation)
        #expect(try JSONDecoder().decode(Augmentation.self, from: data) == augmentation)
        #expect(augmentation.isFlipOnly == [.none, .flip].contains(preset))
        #expect(augmentation.mixesItems == (preset == .strong))
    }

    @Test func unknownNamesAreRefusedWithThoseThereAre() {
        #expect(
            throws: InvalidAugmentation(
                key: "augment", expected: "one of none, flip, standard, strong", found: "weak")
        ) { try Augmentation(named: "weak") }
    }

    /// Recipes of before hold the first six keys.
    @Test func absentKeysAreOff() throws {
        let text = """
            {"flip": 0.5, "shift": 3, "brightness": 0.1, "contrast": 0, "saturation": 0.25}
            """
        let augmentation = try JSONDecoder().decode(Augmentation.self, from: Data(text.utf8))
        #expect(
            augmentation
                == Augmentation(flip: 0.5, shift: 3, brightness: 0.1, saturation: 0.25))
    }

    @Test(arguments: [
        ("scale", #"{"scale": [1.2, 0.8]}"#), ("scale", #"{"scale": [0, 1]}"#),
        ("scale", #"{"scale": [1]}"#), ("rotation", #"{"rotation": 181}"#),
        ("hue", #"{"hue": -1}"#), ("grayscale", #"{"grayscale": 2}"#), ("blur", #"{"blur": 1.5}"#),
        ("blurSigma", #"{"blurSigma": [0, 1]}"#), ("noise", #"{"noise": 256}"#),
        ("cutOut", #"{"cutOut": -1}"#), ("cutOutSize", #"{"cutOutSize": 0}"#),
        ("cutMix", #"{"cutMix": 3}"#), ("copyPaste", #"{"copyPaste": -0.5}"#),
        ("relativeShift", #"{"relativeShift": 1.5}"#),
    ])
    func wrongSettingsAreNamed(key: String, json: String) {
        let error = #expect(throws: InvalidAugmentation.self) {
            try JSONDecoder().decode(Augmentation.self, from: Data(json.utf8))
        }
        #expect(error?.key == key)
    }

    /// A setting leaves the draws of the others as they are.
    @Test func settingsDoNotDisturbEachOther() {
        var random = DrawSequence(state: 11)
        var same = random
        let standard = Augmentation.standard.draw(height: 64, width: 64, using: &random)
        let strong = Augmentation.strong.draw(height: 64, width: 64, using: &same)
        #expect(standard.isFlipped == strong.isFlipped && standard.row == strong.row)
        #expect(standard.column == strong.column && standard.brightness == strong.brightness)
        #expect(standard.contrast == strong.contrast)
    }

    @Test func standardShiftsBySixPixelsOf64() {
        var random = DrawSequence(state: 2)
        var rows: Set<Int> = []
        for _ in 0..<400 {
            rows.insert(Augmentation.standard.draw(height: 64, width: 64, using: &random).row)
        }
        #expect(rows == Set(-6...6))
        rows = []
        for _ in 0..<400 {
            rows.insert(Augmentation.standard.draw(height: 128, width: 64, using: &random).row)
        }
        #expect(rows == Set(-12...12))
    }
}
