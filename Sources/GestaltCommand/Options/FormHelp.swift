import GestaltRecipes

/// Returns the forms of an option's values and their meanings in two columns, for help.
func helpText(of forms: [FeatureForm], option: String) -> String {
    let margin = String(repeating: " ", count: option.count + 1)
    return forms.flatMap(helpLines).enumerated()
        .map { ($0 == 0 ? option + " " : margin) + $1 }
        .joined(separator: "\n")
}

private func helpLines(_ form: FeatureForm) -> [String] {
    let width = "tokenizer[:LATENTS]  ".count
    let margin = String(repeating: " ", count: width)
    var lines = form.lines.map { margin + $0 }
    if form.grammar.count + 2 <= width, let first = form.lines.first {
        lines[0] = form.grammar + margin.dropFirst(form.grammar.count) + first
    } else {
        lines.insert(form.grammar, at: 0)
    }
    return lines
}
