import GestaltLabels
import TestSupport
import Testing

/// XML files that ask for more than they are, read as CVAT's.
struct XMLAttackTests {
    private func read(_ text: String) throws -> LabelReading {
        let folder = TemporaryFolder()
        return try LabelFormat.cvat.read(
            folder.write(Array(text.utf8), as: "labels.xml"), LabelReadingOptions())
    }

    private func error(_ text: String) -> String {
        do {
            let reading = try read(text)
            return "read: \(reading.problems)"
        } catch {
            return "\(error)"
        }
    }

    @Test("Text that is not well formed is refused with its place")
    func malformed() {
        let cases = [
            ("", "empty"), ("   ", "no element"), ("{}", "in place of an XML element"),
            ("<annotations>", "ends inside"), ("<annotations></b></annotations>", "</annotations>"),
            ("<annotations a=1/>", "quoted"), ("<annotations a='1' a='2'/>", "twice"),
            ("<annotations a='<'/>", "<"), ("<annotations>&x;</annotations>", "entity &x;"),
            ("<annotations>&#x110000;</annotations>", "entity"),
            ("<annotations>a & b</annotations>", "reference"),
            ("<annotations/><annotations/>", "second root"), ("<annotations/>text", "after"),
            ("<annotation/>", "expected <annotations>"), ("<!-- ", "comment without an end"),
            ("<annotations><![CDATA[", "without an end"), ("<annotations\n\n<", "line 3"),
            ("<annotations>\u{1}</annotations>", "control character 1"),
        ]
        for (text, words) in cases {
            #expect(error(text).contains(words), "\(text): \(error(text))")
        }
    }

    @Test("Elements nest sixty-four deep at most")
    func depth() {
        let text = "<annotations>" + String(repeating: "<a>", count: 100_000)
        #expect(error(text).contains("nest deeper than 64"))
    }

    @Test("References, comments and character data are read")
    func references() throws {
        let reading = try read(
            """
            <?xml version="1.0"?><!-- <annotations> --><annotations><meta><task><labels>
            <label><name>a &amp; b &#x41;&#66;</name></label>
            <label><name><![CDATA[<c>]]></name></label></labels></task></meta>
            <image id='0' name="x&quot;y.png" width="4" height="4"/></annotations>
            """)
        #expect(reading.labels.categories.map(\.name) == ["a & b AB", "<c>"])
        #expect(reading.labels.pictures.map(\.name) == ["x\"y.png"])
    }

    @Test("Damaged files end in labels or in an error of labels, never in a crash")
    func damage() throws {
        let body =
            "<polygon label=\"a\" points=\"1,1;5,1;5,5\" z_order=\"1\"/><mask label=\"a\" "
            + "rle=\"2, 3, 1\" left=\"1\" top=\"1\" width=\"3\" height=\"2\"/>"
        let image =
            "<image id=\"0\" name=\"a.png\" width=\"16\" height=\"12\">\(body)</image>"
        let track =
            "<track id=\"1\" label=\"a\"><box frame=\"0\" xtl=\"1\" ytl=\"1\" xbr=\"4\" ybr=\"4\" "
            + "rotation=\"5\"/><box frame=\"9\" xtl=\"2\" ytl=\"1\" xbr=\"4\" ybr=\"4\"/></track>"
        let meta =
            "<meta><task><size>12</size><labels><label><name>a</name><color>#ff0000</color></label>"
            + "</labels><original_size><width>16</width><height>12</height></original_size></task>"
            + "</meta>"
        let text = "<annotations>\(meta)\(image)\(track)</annotations>"
        let attack = ReaderAttack("cvat", seed: 41, count: 400, [Array(text.utf8)])
        let folder = TemporaryFolder()
        let isExpected: (any Error) -> Bool = { $0 is LabelError }
        let problems = attack.run(expecting: isExpected) { bytes in
            let path = folder.write(bytes, as: "labels.xml")
            _ = try LabelFormat.cvat.recognizes(path)
            _ = try LabelFormat.cvat.read(path, LabelReadingOptions())
        }
        #expect(problems == [])
    }
}
