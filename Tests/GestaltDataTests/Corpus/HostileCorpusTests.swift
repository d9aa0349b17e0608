import Foundation
import GestaltFiles
import GestaltMedia
import TestSupport
import Testing

/// Every file of the corpus, whatever it is, before every reader: a value or an error of the
/// reader's own kind, within seconds.
@Suite(
    .tags(.peer), .enabled(if: OutsideFiles.corpus.isThere, "\(OutsideFiles.corpus.message)"),
    .timeLimit(.minutes(10)))
struct HostileCorpusTests {
    private static let readers: [(name: String, read: @Sendable (String) throws -> Void)] = [
        ("colors", { _ = try Image.read($0, as: .rgba) }),
        ("labels", { _ = try Image.readLabels($0).bytes() }),
        (
            "frames",
            { path in
                var warnings: [MediaWarning] = []
                _ = try Image.readFrames(path, warnings: &warnings)
            }
        ),
        ("records", { path in _ = try TFRecordReader.records(path: path) }),
        ("npy", { _ = try NPY.readAny($0) }),
        (
            "npz",
            { path in
                let file = try NPZFile(contentsOf: path)
                for name in file.names { _ = try file.anyTensor(name) }
            }
        ),
        ("safetensors", { _ = try SafeTensorsFile(contentsOf: $0) }),
        ("checkpoint", { _ = try PyTorchFile(contentsOf: $0) }),
    ]

    @Test(arguments: readers.map(\.name)) func everyFile(reader: String) throws {
        let read = try #require(Self.readers.first { $0.name == reader }?.read)
        var (values, errors) = (0, 0)
        for file in try Corpus.open().files {
            let path = try file.absolutePath
            let time = ContinuousClock().measure {
                do {
                    try read(path)
                    values += 1
                } catch is MediaError {
                    errors += 1
                } catch let error as FileError {
                    // Of an archive in which one member is refused the others stay readable.
                    #expect(!error.description.isEmpty)
                    errors += 1
                } catch {
                    Issue.record("\(file.path): \(error)")
                }
            }
            // The largest archive unpacks to gigabytes; what never ends takes longer.
            #expect(time < .seconds(60), "\(file.path) took \(time)")
        }
        print("corpus, \(reader) from every file: \(values) read, \(errors) refused")
        #expect(errors > 0)
    }
}
