import Foundation
import GestaltModels
import Testing

@Suite struct ComponentNameTests {
    @Test(
        arguments: [
            ("tokenizer", "tokenizer", []), ("resnet:4:skips", "resnet", ["4", "skips"]),
            ("prior:hidden:2:query=zeros", "prior", ["hidden", "2", "query=zeros"]),
        ] as [(String, String, [String])])
    func namesAreReadAndWritten(text: String, kind: String, words: [String]) throws {
        let name = try #require(ComponentName(text))
        #expect(name.kind == kind && name.words == words && name.description == text)
        #expect(name == ComponentName(stringLiteral: text))
        #expect(name == ComponentName(kind: kind, words: words))
        #expect(Set([name]).contains(ComponentName(stringLiteral: text)))
    }

    @Test(arguments: ["", ":", "a:", ":a", "a::b"])
    func emptyWordsAreNoName(text: String) {
        #expect(ComponentName(text) == nil)
    }

    @Test func aNameIsStoredAsItsText() throws {
        struct Holder: Codable, Equatable { var name: ComponentName }
        let holder = Holder(name: "prior:hidden:2:skips")
        let bytes = try StrictJSON.encode(holder)
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"prior:hidden:2:skips\""))
        #expect(try StrictJSON.decode(Holder.self, from: bytes) == holder)
        let error = #expect(throws: ConfigurationError.self) {
            try StrictJSON.decode(Holder.self, from: Array("{\"name\": \"a::b\"}".utf8))
        }
        #expect(error?.key == "name" && error.map { "\($0)" }?.contains("“a::b”") == true)
    }
}

@Suite struct ComponentArgumentsTests {
    private func arguments(_ name: ComponentName) -> ComponentArguments { name.arguments }

    @Test func wordsAreTakenByTheirRole() throws {
        var arguments = arguments("prior:hidden:query=zeros:2:skips")
        let options = [arguments.option("query"), arguments.option("query")]
        #expect(options == ["zeros", nil])
        let flags = [arguments.flag("skips"), arguments.flag("skips"), arguments.flag("join")]
        #expect(flags == [true, false, false])
        let first = arguments.next()
        let numbers = [arguments.number(in: 0...9), arguments.number(in: 0...9)]
        let last = arguments.next()
        #expect(first == "hidden" && numbers == [2, nil] && last == nil)
        try arguments.finish("encoder", grammar: "any")
    }

    @Test func optionsAreNoPositionalWords() {
        var arguments = arguments("a:x=1:y")
        let words = [arguments.next(), arguments.next()]
        let option = arguments.option("x")
        #expect(words == ["y", nil] && option == "1")
    }

    @Test func anOptionIsFoundByItsWholeKey() {
        var arguments = arguments("a:query=zeros:q=:value=a=b")
        let found = ["que", "q", "value"].map { arguments.option($0) }
        #expect(found == [nil, "", "a=b"])
    }

    @Test(arguments: ["a:0", "a:10", "a:-1", "a:x", "a:2.0", "a"] as [ComponentName])
    func numbersOutOfRangeStay(name: ComponentName) {
        var arguments = arguments(name)
        let number = arguments.number(in: 1...9)
        let word = arguments.next()
        #expect(number == nil && word == name.words.first)
    }

    @Test func wordsThatAreLeftAreAnErrorWithTheGrammar() throws {
        var arguments = arguments("resnet:4:skip")
        _ = arguments.next()
        let error = #expect(throws: ConfigurationError.self) {
            try arguments.finish("encoder", grammar: "resnet:STAGE[:skips]")
        }
        #expect(
            error
                == .invalid(
                    "encoder", expected: "resnet:STAGE[:skips]", found: "resnet:4:skip"))
        #expect(
            error?.description == "“encoder” should be resnet:STAGE[:skips], found resnet:4:skip")
    }
}
