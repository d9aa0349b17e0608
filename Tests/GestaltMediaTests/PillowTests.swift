import Foundation
import GestaltMedia
import GestaltTensor
import Testing

/// A folder of pictures, and what Pillow reads from them: `scripts/reference-pictures.py`.
///
/// Every file is opened in every way without a crash; where both read it, the values agree. Files
/// that only Pillow reads are printed by name and reason.
@Suite struct PillowTests {
    private static let folder = ProcessInfo.processInfo.environment["GESTALT_PICTURES"]

    struct Reference {
        let name: String
        let height: Int
        let width: Int
        let tolerance: Int
        let pixels: [UInt8]

        init?(path: String) {
            guard let data = FileManager.default.contents(atPath: path) else { return nil }
            let bytes = [UInt8](data)
            let lines = bytes.split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false)
            name = String(decoding: lines[0], as: UTF8.self)
            let numbers = String(decoding: lines[1], as: UTF8.self).split(separator: " ")
            (height, width, tolerance) = (Int(numbers[0])!, Int(numbers[1])!, Int(numbers[2])!)
            pixels = Array(lines[2])
        }
    }

    @Test(.enabled(if: folder != nil, "set GESTALT_PICTURES to a folder of reference pictures"))
    func valuesAgree() throws {
        let folder = try #require(Self.folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".picture") }.sorted()
        var (equal, refused) = (0, [String]())
        for name in names {
            let path = folder + "/" + name
            let reference = Reference(path: path.replacing(".picture", with: ".reference"))
            var warnings: [MediaWarning] = []
            _ = try? Image.readLabels(path, warnings: &warnings).values
            _ = try? Image.readFrames(path, warnings: &warnings)
            do throws(MediaError) {
                let picture = try Image.read(path)
                guard let reference else { continue }
                let message = Self.difference(picture, reference)
                #expect(message == nil, "\(name), \(reference.name)")
                if message == nil { equal += 1 }
            } catch {
                if let reference { refused.append("\(reference.name): \(error)") }
            }
        }
        print("\(equal) pictures agree; \(refused.count) are read by Pillow only:")
        for line in refused { print("  " + line) }
        #expect(equal > names.count / 4)
    }

    /// Nil when both agree.
    private static func difference(_ picture: Tensor<UInt8>, _ reference: Reference) -> String? {
        guard picture.shape.dimensions == [reference.height, reference.width, 3] else {
            return "\(picture.shape), expected \(reference.height) × \(reference.width)"
        }
        var (largest, count) = (0, 0)
        for (ours, theirs) in zip(picture.scalars, reference.pixels) {
            let distance = abs(Int(ours) - Int(theirs))
            largest = max(largest, distance)
            if distance > reference.tolerance { count += 1 }
        }
        return count == 0 ? nil : "\(count) values differ, by up to \(largest)"
    }
}
