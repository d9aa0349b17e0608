import Foundation
import GestaltData
import GestaltRobotPush
import TestSupport
import Testing

/// The recordings of the package beside a program, wherever it was put.
@Suite struct SampleFolderTests {
    @Test(arguments: [
        ("build", "build/Gestalt_GestaltRobotPush.resources/Sample"),
        ("build", "build/Gestalt_GestaltRobotPush.bundle/Sample"),
        ("app", "app/Gestalt_GestaltRobotPush.bundle/Contents/Resources/Sample"),
        ("usr/bin", "usr/share/gestalt/Sample"),
    ])
    func besideTheProgramAndUnderThePrefixItIsInstalledIn(program: String, sample: String) throws {
        let folder = TemporaryFolder()
        for path in [program, sample] {
            try FileManager.default.createDirectory(
                atPath: folder.path(path), withIntermediateDirectories: true)
        }
        #expect(
            try SampleFolder.path(besides: ["/nowhere", folder.path(program)])
                == folder.path(sample))
    }

    @Test func aProgramWithoutThemHasAnErrorThatNamesWhereTheyBelong() throws {
        let folder = TemporaryFolder()
        let error = #expect(throws: ClipError.self) {
            try SampleFolder.path(besides: [folder.path])
        }
        let text = String(describing: error)
        #expect(text.contains(folder.path + "/Gestalt_GestaltRobotPush.resources"))
        #expect(text.contains("share/gestalt") && text.contains("make install"))
    }

    @Test func thisProgramHasThem() throws {
        let path = try SampleFolder.path()
        #expect(FileManager.default.fileExists(atPath: path + "/train.tfrecords.gz"))
    }
}
