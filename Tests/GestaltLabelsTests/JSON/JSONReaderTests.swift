import GestaltLabels
import TestSupport
import Testing

struct JSONReaderTests {
    private func value(_ text: String) throws -> JSONNode {
        try Array(text.utf8).withUnsafeBytes { try JSONReader.value(in: $0) }
    }

    private func failure(_ text: String) -> JSONReader.Failure? {
        do {
            _ = try value(text)
            return nil
        } catch {
            return error as? JSONReader.Failure
        }
    }

    @Test(
        "Numbers are read as the library reads them",
        arguments: [
            "0", "-0", "1", "-17", "3.25", "0.1", "0.3", "1e5", "1E-7", "-2.5e+3", "123456789.125",
            "12.345678901234567", "0.000001234", "9007199254740993",
            "123456789012345678901234567890",
            "1e22", "1e23", "4.9e-324", "1e-400", "0.1e1", "100000000000000000000e-20",
            "179769313486231570000e289", "0.00000000000000000000000000000000012345",
        ])
    func numbers(text: String) throws {
        guard case .numbers(let numbers) = try value("[\(text)]") else {
            Issue.record("no list of numbers")
            return
        }
        #expect(numbers == [Double(text)])
        #expect(numbers[0].sign == Double(text)?.sign)
        #expect(try value(text).double == Double(text))
    }

    @Test("Random numbers survive writing and reading to the bit", arguments: 0..<4)
    func randomNumbers(seed: Int) throws {
        var random = TestNumbers(seed: UInt64(seed))
        var numbers: [Double] = [0.1, -0.25, 1e9 + 0.5, 1e300, 5e-324, 640, 1 / 3]
        for _ in 0..<2000 {
            let value = random.uniform(in: -2000...2000)
            numbers += [value, (value * 100).rounded() / 100, (value * 1e5).rounded() / 1e5]
        }
        var json = JSONWriter()
        json.list { json in for number in numbers { json.value(number) } }
        guard case .numbers(let back) = try value(String(decoding: json.bytes, as: UTF8.self))
        else {
            Issue.record("no list of numbers")
            return
        }
        #expect(back == numbers)
    }

    @Test("Numbers beyond all numbers, NaN and Infinity are kept as such")
    func beyond() throws {
        guard case .numbers(let numbers) = try value("[1e400, -1e400, NaN, Infinity, -Infinity]")
        else {
            Issue.record("no list of numbers")
            return
        }
        #expect(numbers[0] == .infinity && numbers[1] == -.infinity && numbers[2].isNaN)
        #expect(numbers[3] == .infinity && numbers[4] == -.infinity)
    }

    @Test("Whole numbers outside of lists are exact")
    func wholeNumbers() throws {
        #expect(try value("9007199254740993").int == 9_007_199_254_740_993)
        #expect(try value("12.0").int == 12)
        #expect(try value("12.5").int == nil)
        #expect(try value("1e300").int == nil)
    }

    @Test("Lists may mix numbers with other values")
    func mixed() throws {
        let elements = try #require(try value("[1, 2.5, null, [3], \"a\"]").elements)
        #expect(elements.map(\.kind) == ["a number", "a number", "null", "a list", "text"])
        #expect(elements[0].int == 1)
        #expect(elements[1].double == 2.5)
    }

    @Test("Strings with escapes, surrogates and all bytes of UTF-8")
    func strings() throws {
        #expect(try value(#""a\"\\\/\b\f\n\r\tz""#).string == "a\"\\/\u{8}\u{C}\n\r\tz")
        #expect(try value(#""\u00e4\ud83d\ude00x""#).string == "ä😀x")
        #expect(try value("\"äöü😀\"").string == "äöü😀")
        var json = JSONWriter()
        json.value("ä\"\\\n\u{1}😀")
        #expect(try value(String(decoding: json.bytes, as: UTF8.self)).string == "ä\"\\\n\u{1}😀")
    }

    @Test(
        "Text that is no JSON is refused with a place",
        arguments: [
            ("", "empty"), ("{", "ends"), ("[1,", "ends"), ("[1 2]", "comma"), ("[1,]", "value"),
            ("{\"a\":1,}", "key"), ("{\"a\" 1}", "colon"), ("{\"a\":1,\"a\":2}", "twice"),
            ("[01]", "begins with 0"), ("[1.]", "digit"), ("[1e]", "digit"), ("[-]", "value"),
            ("[+1]", "value"), ("[.5]", "value"), ("nul", "value"), ("\"abc", "inside a string"),
            ("\"a\u{1}\"", "control"), (#""\x""#, "escape"), (#""\u12g4""#, "hexadecimal"),
            (#""\ud800""#, "surrogate"), ("1 2", "after"), ("[1]]", "after"),
            ("\u{0}", "character"),
        ])
    func refused(text: String, says: String) throws {
        let found = try #require(failure(text), "\(text)")
        #expect(found.message.contains(says), "\(text): \(found.message)")
    }

    @Test("Equal keys of a long object are found")
    func manyKeys() throws {
        let keys = (0..<100).map { "\"k\($0)\":\($0)" }
        #expect(try value("{\(keys.joined(separator: ","))}").members?.count == 100)
        let doubled = failure("{\((keys + ["\"k3\":1"]).joined(separator: ","))}")
        #expect(doubled?.message.contains("“k3” stands twice") == true)
    }

    @Test("Deep nesting is refused without a stack overflow")
    func nesting() {
        let deep = String(repeating: "[", count: 1_000_000)
        #expect(failure(deep)?.message.contains("nested") == true)
        let objects = String(repeating: "{\"a\":", count: 1_000_000)
        #expect(failure(objects)?.message.contains("nested") == true)
    }

    @Test("Bytes that are no UTF-8 are refused with their place")
    func invalidText() {
        let bytes: [UInt8] = Array("{\"a\":\"x".utf8) + [0xE9] + Array("\"}".utf8)
        #expect(throws: JSONReader.Failure.self) {
            try bytes.withUnsafeBytes { try JSONReader.value(in: $0) }
        }
    }
}
