extension String {
    /// The text as one word of a POSIX shell: unchanged where it is one already, else in double
    /// quotes with the characters that are special there escaped.
    package var shellWord: String {
        let plain = "@%+=:,./_-"
        let isPlain = allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber) || plain.contains($0)
        }
        guard isEmpty || !isPlain else { return self }
        let escaped = map { "\\\"$`".contains($0) ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\""
    }
}
