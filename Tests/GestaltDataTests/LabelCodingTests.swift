import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// One folder of frames and masks of 2 × 3 pixels.
struct MaskSet: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var rule = IgnoreRule.automatic
    /// Values as the mask files store them, a file each.
    let files: [[UInt8]]
    /// What is in memory; nil when the set is refused.
    let ids: [[UInt8]]?
    var classes: Int?
    /// In the error, or in the remarks.
    var says: String?
}

@Suite struct LabelCodingTests {
    static let sets = [
        MaskSet(
            testDescription: "black and white: 255 is foreground",
            files: [[0, 255, 255, 0, 0, 0], [255, 0, 0, 0, 0, 0]],
            ids: [[0, 1, 1, 0, 0, 0], [1, 0, 0, 0, 0, 0]], says: "255 is foreground"),
        MaskSet(
            testDescription: "ids with a rim of 255, as VOC has it",
            files: [[0, 1, 255, 2, 255, 0]], ids: [[0, 1, 255, 2, 255, 0]], classes: 3,
            says: "label 255 is ignored: 33 %"),
        MaskSet(
            testDescription: "one mask with ids decides for those of 0 and 255",
            files: [[0, 255, 255, 0, 0, 0], [0, 0, 0, 0, 0, 255], [0, 1, 0, 0, 0, 0]],
            ids: [[0, 255, 255, 0, 0, 0], [0, 0, 0, 0, 0, 255], [0, 1, 0, 0, 0, 0]]),
        MaskSet(
            testDescription: "ids without 255", files: [[0, 1, 2, 3, 4, 254]],
            ids: [[0, 1, 2, 3, 4, 254]]),
        MaskSet(
            testDescription: "0 alone", files: [[0, 0, 0, 0, 0, 0]], ids: [[0, 0, 0, 0, 0, 0]]),
        MaskSet(
            testDescription: "--ignore 255 where nothing but 0 and 255 occurs",
            rule: .label(255), files: [[0, 255, 0, 255, 0, 0]], ids: [[0, 255, 0, 255, 0, 0]]),
        MaskSet(
            testDescription: "--ignore 0, for ids that begin at 1", rule: .label(0),
            files: [[0, 1, 2, 3, 0, 1]], ids: [[255, 1, 2, 3, 255, 1]]),
        MaskSet(
            testDescription: "--ignore 128: a trimap", rule: .label(128),
            files: [[0, 128, 255, 128, 0, 255]], ids: [[0, 255, 1, 255, 0, 1]]),
        MaskSet(
            testDescription: "--ignore 9 beside ids", rule: .label(9),
            files: [[0, 9, 1, 2, 9, 0]], ids: [[0, 255, 1, 2, 255, 0]], classes: 3),
        MaskSet(
            testDescription: "--ignore 9, and 255 as an id does not fit", rule: .label(9),
            files: [[0, 9, 1, 255, 9, 0]], ids: nil, says: "label 255, expected ids from 0 to 254"),
        MaskSet(
            testDescription: "--ignore none, black and white", rule: .none,
            files: [[0, 255, 0, 0, 0, 0]], ids: [[0, 1, 0, 0, 0, 0]]),
        MaskSet(
            testDescription: "--ignore none, and 255 beside ids does not fit", rule: .none,
            files: [[0, 255, 1, 0, 0, 0]], ids: nil, says: "masks/0.png: label 255"),
        MaskSet(
            testDescription: "an id above the classes",
            files: [[0, 1, 2, 0, 0, 0], [0, 3, 0, 0, 0, 0]],
            ids: nil, classes: 3, says: "masks/1.png: label 3, expected ids from 0 to 2, or 255"),
        MaskSet(
            testDescription: "the highest id of the classes", files: [[0, 1, 2, 0, 0, 0]],
            ids: [[0, 1, 2, 0, 0, 0]], classes: 3, says: nil),
        MaskSet(
            testDescription: "with one class any id is foreground", files: [[0, 1, 7, 0, 0, 0]],
            ids: [[0, 1, 7, 0, 0, 0]], classes: 1),
        MaskSet(
            testDescription: "classes that never occur", files: [[0, 1, 0, 0, 0, 0]],
            ids: [[0, 1, 0, 0, 0, 0]], classes: 4,
            says: "classes 2, 3 never occur in 1 labeled frames"),
        MaskSet(
            testDescription: "nothing but background",
            files: [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]],
            ids: [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], classes: 1,
            says: "no foreground in 2 labeled frames"),
        MaskSet(
            testDescription: "all ignored is unlabeled",
            files: [[255, 255, 255, 255, 255, 255], [0, 1, 0, 0, 0, 0]],
            ids: [[255, 255, 255, 255, 255, 255], [0, 1, 0, 0, 0, 0]], classes: 1,
            says: "1 of 2 frames labeled"),
    ]

    @Test(arguments: sets) func valuesBecomeIDs(_ set: MaskSet) throws {
        try withTemporaryFolder { root in
            try makeFolder(root + "/masks")
            for (frame, values) in set.files.enumerated() {
                try PNG.write(.init(repeating: 9, shape: [2, 3, 3]), to: root + "/\(frame).png")
                try PNG.write(
                    Tensor(shape: [2, 3], scalars: values), to: root + "/masks/\(frame).png")
            }
            var options = ClipOptions()
            options.ignore = set.rule
            options.classes = set.classes
            guard let ids = set.ids else {
                let error = #expect(throws: ClipError.self) {
                    try DataSet.open(root, options: options)
                }
                #expect(error?.description.contains(set.says ?? "") ?? false, "\(error as Any)")
                return
            }
            let data = try DataSet.open(root, options: options)
            #expect(data.clips[0].masks?.scalars == ids.flatMap { $0 })
            let remarks = data.labelRemarks(classes: set.classes ?? 1).joined(separator: "\n")
            #expect(set.says.map(remarks.contains) ?? true, "\(remarks)")
        }
    }

    /// A disk of 0 and 255 in 24 × 24, its edge as wide as a bilinear enlargement by 4 leaves it.
    static func disk(edge: Double, lowest: Double = 0, highest: Double = 255) -> Tensor<UInt8> {
        Tensor(
            shape: [24, 24],
            scalars: (0..<576).map { place in
                let (y, x) = (Double(place / 24) - 11.3, Double(place % 24) - 12.1)
                let inside = (7 - (x * x + y * y).squareRoot()) / edge + 0.5
                return UInt8(lowest + min(max(inside, 0), 1) * (highest - lowest))
            })
    }

    struct Soft: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let mask: Tensor<UInt8>
        let isSoft: Bool
    }

    static let pictures = [
        Soft(testDescription: "hard edges", mask: disk(edge: 1e-9), isSoft: false),
        Soft(testDescription: "edges of one pixel", mask: disk(edge: 1), isSoft: true),
        Soft(testDescription: "edges of four pixels", mask: disk(edge: 4), isSoft: true),
        Soft(testDescription: "a blur", mask: disk(edge: 12), isSoft: true),
        Soft(testDescription: "nearly white", mask: disk(edge: 4, highest: 250), isSoft: true),
        Soft(
            testDescription: "ids that grow inward", mask: disk(edge: 4, highest: 9), isSoft: false),
        Soft(
            testDescription: "four flat ids up to 200 and a rim of 255",
            mask: Tensor(
                shape: [24, 24],
                scalars: (0..<576).map { [0, 100, 150, 200, 255, 0][$0 % 24 / 4] }),
            isSoft: false),
    ]

    @Test(arguments: pictures) func softEdgesAreCutAtTheMiddle(_ soft: Soft) throws {
        try withTemporaryFolder { root in
            try makeFolder(root + "/masks")
            try PNG.write(.init(repeating: 9, shape: [24, 24, 3]), to: root + "/a.png")
            try PNG.write(soft.mask, to: root + "/masks/a.png")
            let data = try DataSet.open(root)
            let coding = try #require(data.labelCoding)
            #expect(
                coding.softFiles.map { $0.hasSuffix("masks/a.png") } == (soft.isSoft ? [true] : []))
            let remarks = data.labelRemarks(classes: 1).joined(separator: "\n")
            #expect(remarks.contains("masks/a.png: soft edges") == soft.isSoft, "\(remarks)")
            guard coding.isBinary else { return }
            #expect(
                data.clips[0].masks?.scalars == soft.mask.scalars.map { $0 >= 128 ? 1 : 0 })
        }
    }

    @Test(arguments: ["automatic", "none", "0", "255", "17"]) func rulesAreWrittenAndRead(
        text: String
    ) {
        #expect(IgnoreRule(text)?.description == text)
    }

    @Test(arguments: ["", "256", "-1", "void", "1.5"]) func otherRulesAreRefused(text: String) {
        #expect(IgnoreRule(text) == nil)
    }
}
