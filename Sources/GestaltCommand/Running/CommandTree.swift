import ArgumentParser

/// The commands by name, and the likely intention of a misspelled one.
enum CommandTree {
    /// Returns the names from `gestalt` to `command`.
    static func path(
        to command: any ParsableCommand.Type, below root: any ParsableCommand.Type = Gestalt.self
    ) -> [String]? {
        if root == command { return [root._commandName] }
        for part in root.configuration.subcommands {
            if let path = path(to: command, below: part) { return [root._commandName] + path }
        }
        return nil
    }

    /// Leading words that do not name a command.
    struct Slip {
        let message: String
        /// The last command that matched.
        let command: any ParsableCommand.Type
    }

    /// Returns the error in the leading words of a command line, when they do not name a command.
    static func slip(in arguments: [String]) -> Slip? {
        var command: any ParsableCommand.Type = Gestalt.self
        for word in arguments {
            let parts = command.configuration.subcommands
            if parts.isEmpty || word.hasPrefix("-") || word == "help" { return nil }
            guard let next = parts.first(where: { $0._commandName == word }) else {
                return Slip(
                    message: message(for: word, among: parts.map { $0._commandName }, of: command),
                    command: command)
            }
            command = next
        }
        return nil
    }

    private static func message(
        for word: String, among names: [String], of command: any ParsableCommand.Type
    ) -> String {
        let whole = path(to: command)?.joined(separator: " ") ?? Gestalt._commandName
        var hint = "there are " + names.joined(separator: ", ")
        if let nearest = nearest(to: word, among: names) { hint = "did you mean '\(nearest)'?" }
        return "\(whole) has no command '\(word)': \(hint)"
    }

    /// Returns the name with the smallest edit distance to `word`, if it is small for its length.
    static func nearest(to word: String, among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: slips(from: word.lowercased(), to: $0)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.name.count / 3) ? best.name : nil
    }

    /// Returns the number of letters to insert, drop, replace or swap with the next.
    static func slips(from a: String, to b: String) -> Int {
        let (a, b) = (Array(a), Array(b))
        var rows = [Array(0...b.count)]
        for (i, x) in a.enumerated() {
            var row = [i + 1]
            for (j, y) in b.enumerated() {
                var cost = min(rows[i][j] + (x == y ? 0 : 1), rows[i][j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, x == b[j - 1], a[i - 1] == y {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
