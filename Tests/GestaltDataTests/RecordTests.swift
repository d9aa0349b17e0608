import GestaltData
import GestaltMedia
import GestaltTensor
import Testing

/// Small records of 2 × 3 pixels, made wrong in one way each.
@Suite struct RecordTests {
    typealias Features = [String: Example.Feature]

    static func features(frames: [Int], masks: Bool = true) -> Features {
        var features: Features = ["clip_name": .bytes([Array("x".utf8)])]
        for frame in frames {
            features["\(frame)/image_main/encoded"] = .bytes([
                (0..<18).map { UInt8($0 + frame) }
            ])
            features["\(frame)/action"] = .floats([Float(frame), 1, 2, 3])
            if masks {
                features["\(frame)/mask/encoded"] = .bytes([[0, 1, 2, 0, 1, UInt8(frame)]])
            }
        }
        return features
    }

    static func open(
        _ records: [Features], masks: MaskUse = .ifPresent, file: String = "a.tfrecords"
    ) throws -> DataSet {
        try withTemporaryFolder { folder in
            let writer = try TFRecordWriter(
                path: folder + "/" + file, compression: file.hasSuffix("gz") ? .gzip() : .none)
            for record in records { try writer.append(Example(features: record).serialized()) }
            try writer.finish()
            return try DataSet.open(
                folder, options: ClipOptions(masks: masks, height: 2, width: 3))
        }
    }

    @Test(arguments: ["a.tfrecords", "a.tfrecords.gz"])
    func framesFollowTheirNumbers(file: String) throws {
        let set = try Self.open([Self.features(frames: Array(0..<12))], file: file)
        let clip = set.clips[0]
        #expect(clip.frames.shape == [12, 2, 3, 3])
        let pixels = clip.frames.scalars
        #expect((0..<12).allSatisfy { pixels[$0 * 18] == UInt8($0) })
        #expect(clip.actions?.scalars[11 * 4] == 11)
        #expect(clip.masks?.scalars.last == 11)
        #expect(clip.positions == nil)
    }

    @Test func clipsMayDifferInTheirKeys() throws {
        let set = try Self.open([
            Self.features(frames: [0, 1]), Self.features(frames: [0, 1, 2], masks: false),
        ])
        #expect(set.lengths == [2, 3])
        #expect(set.clips[0].masks != nil && set.clips[1].masks == nil && !set.hasMasks)
    }

    @Test func missingMasksAreAnErrorWhenRequired() {
        let error = #expect(throws: ClipError.self) {
            try Self.open([Self.features(frames: [0, 1], masks: false)], masks: .required)
        }
        guard case .missingMasks = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let damage: @Sendable (inout Features) -> Void
        let isExpected: @Sendable (ClipError) -> Bool
    }

    static let faults = [
        Fault(testDescription: "a gap in the frame numbers") {
            $0["1/image_main/encoded"] = nil
        } isExpected: {
            guard case .brokenFrameNumbers(_, 0, 1, 2) = $0 else { return false }
            return true
        },
        Fault(testDescription: "too few bytes") {
            $0["2/image_main/encoded"] = .bytes([[1, 2, 3]])
        } isExpected: {
            guard case .wrongFeature(_, 0, "2/image_main/encoded", let expected, "3") = $0
            else { return false }
            return expected.contains("18")
        },
        Fault(testDescription: "numbers in place of bytes") {
            $0["0/image_main/encoded"] = .integers([1])
        } isExpected: {
            guard case .wrongFeature(_, 0, "0/image_main/encoded", _, _) = $0 else { return false }
            return true
        },
        Fault(testDescription: "a mask of another size") {
            $0["2/mask/encoded"] = .bytes([[0]])
        } isExpected: {
            guard case .wrongFeature(_, 0, "2/mask/encoded", _, _) = $0 else { return false }
            return true
        },
        Fault(testDescription: "an action short of a number") {
            $0["1/action"] = .floats([1, 2, 3])
        } isExpected: {
            guard case .wrongFeature(_, 0, "1/action", "4 floats", _) = $0 else { return false }
            return true
        },
        Fault(testDescription: "an action missing") {
            $0["1/action"] = nil
        } isExpected: {
            guard case .wrongFeature(_, 0, "1/action", "4 floats", "nothing") = $0
            else { return false }
            return true
        },
        Fault(testDescription: "no frames at all") {
            $0 = [:]
        } isExpected: {
            guard case .missingCamera(_, 0, .main, []) = $0 else { return false }
            return true
        },
    ]

    @Test(arguments: faults) func faultsAreNamed(fault: Fault) {
        var features = Self.features(frames: [0, 1, 2])
        fault.damage(&features)
        let error = #expect(throws: ClipError.self) { try Self.open([features]) }
        #expect(error.map(fault.isExpected) ?? false, "\(String(describing: error))")
    }

    @Test func bytesThatAreNoRecordAreAMediaError() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.tfrecords"
            try write([UInt8](repeating: 7, count: 100), to: path)
            #expect(throws: MediaError.self) { try DataSet.open(path) }
        }
    }
}
