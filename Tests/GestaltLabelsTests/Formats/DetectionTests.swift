import GestaltLabels
import TestSupport
import Testing

struct DetectionTests {
    private let folder = TemporaryFolder()

    @Test("Formats are found by content, whatever the ending")
    func found() throws {
        let coco = folder.write(#"{"images":[],"annotations":[],"categories":[]}"#, as: "a.txt")
        #expect(try LabelFormat.detect(coco).name == "coco")
        let cut = folder.write(#"{"images":[],"categories":[],"annotations":[{"#, as: "cut.json")
        #expect(try LabelFormat.detect(cut).name == "coco")
        let labelMe = folder.write(#"{"shapes":[],"imagePath":"a.png"}"#, as: "b.xml")
        #expect(try LabelFormat.detect(labelMe).name == "labelme")
        let studio = folder.write(#"[{"data":{"image":"a"},"annotations":[]}]"#, as: "c.json")
        #expect(try LabelFormat.detect(studio).name == "labelstudio")
        let yolo = folder.write("0 0.1 0.1 0.5 0.1 0.5 0.5\n", as: "d.json")
        #expect(try LabelFormat.detect(yolo).name == "yolo")
    }

    @Test("What is no label file is refused with the known formats")
    func unknown() throws {
        let text = folder.write("Dear reader,\n", as: "labels.json")
        let error = #expect(throws: LabelDetectionError.self) { try LabelFormat.detect(text) }
        #expect("\(try #require(error))".contains("COCO"))
        #expect(throws: LabelDetectionError.self) {
            try LabelFormat.detect(folder.write("{}", as: "empty.json"))
        }
        #expect(throws: LabelDetectionError.self) {
            try LabelFormat.detect(folder.write("", as: "nothing.json"))
        }
        #expect(throws: (any Error).self) { try LabelFormat.detect(folder.path("missing")) }
    }
}
