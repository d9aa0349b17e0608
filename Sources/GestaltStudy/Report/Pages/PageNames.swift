/// Names of headings in links within a page.
struct PageNames {
    private var used: Set<String> = []

    /// Returns a name of lowercase letters, digits and hyphens that was not returned before.
    mutating func name(for heading: String) -> String {
        var words = ""
        for character in heading.lowercased() {
            if character.isLetter || character.isNumber {
                words.append(character)
            } else if character.isWhitespace || character == "-", !words.hasSuffix("-") {
                words.append("-")
            }
        }
        var name = words
        var number = 1
        while !used.insert(name).inserted {
            name = "\(words)-\(number)"
            number += 1
        }
        return name
    }
}
