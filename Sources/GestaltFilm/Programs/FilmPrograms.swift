import Foundation

/// The programs that read and write films, and the time that they may be silent.
public struct FilmPrograms: Sendable, Hashable {
    /// The path of `ffmpeg`.
    public var ffmpeg: String
    /// The path of `ffprobe`.
    public var ffprobe: String
    /// Seconds without a sign of life after which a program counts as hanging and is ended.
    /// Generous: a frame of a large film takes a second at most, a slow network disk some more.
    public var silence: Double = 120

    /// - Parameters:
    ///   - ffmpeg: the path of the program.
    ///   - ffprobe: the path of the program.
    public init(ffmpeg: String, ffprobe: String) {
        self.ffmpeg = ffmpeg
        self.ffprobe = ffprobe
    }

    /// Searches for the programs.
    ///
    /// - Parameter searchPath: folders separated by colons; by default the variable `PATH` of this
    ///   process. Relative and empty parts are skipped.
    /// - Throws: ``FilmError/missingProgram(name:searched:)``, which names the Debian package.
    public static func installed(
        searchPath: String? = nil
    ) throws(FilmError) -> FilmPrograms {
        let path = searchPath ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
        return FilmPrograms(
            ffmpeg: try find("ffmpeg", in: path), ffprobe: try find("ffprobe", in: path))
    }

    /// Whether both programs are installed.
    public static var areInstalled: Bool { (try? installed()) != nil }

    private static func find(_ name: String, in path: String) throws(FilmError) -> String {
        for folder in path.split(separator: ":") where folder.hasPrefix("/") {
            let file = folder + "/" + name
            var isFolder: ObjCBool = false
            if FileManager.default.isExecutableFile(atPath: file),
                FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
                !isFolder.boolValue
            {
                return file
            }
        }
        throw .missingProgram(name: name, searched: path)
    }
}
