import GestaltStudy
import Testing

struct ShellWordTests {
    @Test(arguments: [
        ("runs/unet-10", "runs/unet-10"), ("mean mask", "\"mean mask\""), ("", "\"\""),
        ("a$b`c\"d\\e", "\"a\\$b\\`c\\\"d\\\\e\""), ("f(x)", "\"f(x)\""), ("día", "\"día\""),
    ])
    func wordsOfAShell(text: String, word: String) {
        #expect(text.shellWord == word)
    }
}
