import GestaltMedia
import GestaltTensor
import TestSupport
import Testing

@Suite struct ImageTests {
    @Test func bytesDecideNotTheName() throws {
        let folder = TemporaryFolder()
        let picture = gradient(height: 8, width: 8, channels: 3)
        let disguised = folder.write(try PNG.encode(picture), as: "a.jpg")
        #expect(try Image.read(disguised).scalars == picture.scalars)
        let photograph = folder.write(try JPEG.encode(picture), as: "b.png")
        #expect(try Image.read(photograph).shape.dimensions == [8, 8, 3])
    }

    @Test func nameDecidesWhenWriting() throws {
        let folder = TemporaryFolder()
        let picture = gradient(height: 8, width: 8, channels: 3)
        for name in ["a.png", "a.JPG", "a.jpeg"] { try Image.write(picture, to: folder.path(name)) }
        #expect(Image.format(of: folder.bytes(of: "a.png")) == .png)
        #expect(Image.format(of: folder.bytes(of: "a.JPG")) == .jpeg)
        #expect(throws: MediaError.self) { try Image.write(picture, to: folder.path("a.bmp")) }
    }

    @Test(arguments: [
        ("RIFF....AVI ", "RIFF"), ("", "no bytes"), ("hello", "bytes 68"), ("%PDF-1.4", "PDF"),
        ("\0\0\0\u{18}ftypheic", "HEIF"), ("\0\0\0\u{18}ftypisom", "MP4"), ("BMxx", "BMP"),
    ])
    func foreignFormatsAreNamed(_ text: String, _ found: String) {
        let error = #expect(throws: MediaError.self) {
            try Image.decode(Array(text.utf8), name: "x.png")
        }
        #expect(error?.description.contains(found) == true && error?.path == "x.png")
    }

    @Test func missingFile() {
        #expect(throws: MediaError.self) { try Image.read("/nowhere/a.png") }
    }
}
