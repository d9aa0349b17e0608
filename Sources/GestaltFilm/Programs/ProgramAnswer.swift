/// The whole output of a program that answers a question.
struct ProgramAnswer {
    let output: [UInt8]
    let messages: String
    let ending: ChildProcess.Ending

    /// The longest answer; a longer one is cut.
    private static let longest = 1 << 22

    /// Runs a program to its end.
    ///
    /// - Throws: ``FilmError``: it cannot be started, is killed or hangs.
    init(
        _ program: String, _ arguments: [String], path: String, silence: Double
    ) throws(FilmError) {
        let child = try ChildProcess.started(program, arguments, path: path)
        defer { child.close() }
        var (output, messages): ([UInt8], [UInt8]) = ([], [])
        var (isOutputOpen, areErrorsOpen) = (true, true)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while isOutputOpen || areErrorsOpen {
            switch child.arrival(output: isOutputOpen, errors: areErrorsOpen, seconds: silence) {
            case .output:
                let count = buffer.withUnsafeMutableBytes { child.read(child.output, into: $0) }
                isOutputOpen = count > 0
                if output.count < Self.longest { output += buffer[..<count] }
            case .errors:
                let count = buffer.withUnsafeMutableBytes { child.read(child.errors, into: $0) }
                areErrorsOpen = count > 0
                if messages.count < Self.longest { messages += buffer[..<count] }
            case .input, .silence:
                throw .interrupted(path: path, frames: 0, reason: child.hangReason(silence))
            }
        }
        guard let ending = child.wait(seconds: silence) else {
            throw .interrupted(path: path, frames: 0, reason: child.hangReason(silence))
        }
        if case .signaled(let signal) = ending {
            throw .interrupted(path: path, frames: 0, reason: child.signalReason(signal))
        }
        self.output = output
        self.messages = String(decoding: messages, as: UTF8.self)
        self.ending = ending
    }

    /// The last message, without the name of the reporting part and of the file.
    func complaint(about path: String) -> String? {
        let lines = messages.split(separator: "\n").map { line in
            var line = String(line)
            if line.hasPrefix("["), let end = line.firstRange(of: "] ") {
                line = String(line[end.upperBound...])
            }
            return line.replacing("file:\(path): ", with: "")
        }
        return lines.isEmpty ? nil : lines.suffix(2).joined(separator: "; ")
    }
}

extension ChildProcess {
    /// Starts a program for a film.
    static func started(
        _ program: String, _ arguments: [String], path: String, hasInput: Bool = false
    ) throws(FilmError) -> ChildProcess {
        do throws(StartFailure) {
            return try ChildProcess(program, arguments, hasInput: hasInput)
        } catch {
            throw .unreadable(
                path: path, expected: "\(program) to start", found: error.reason)
        }
    }

    /// The name of the program.
    var name: String { String(program.split(separator: "/").last ?? "") }

    func hangReason(_ seconds: Double) -> String {
        "\(name) hangs: nothing came from it for \(seconds) seconds"
    }

    func signalReason(_ signal: Int32) -> String { "\(name) was ended by signal \(signal)" }
}
