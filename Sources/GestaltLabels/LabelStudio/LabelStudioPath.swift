import Foundation

/// The names of pictures in Label Studio: addresses below its own server.
enum LabelStudioPath {
    /// Returns the name of a picture as it was uploaded.
    ///
    /// - `/data/upload/3/1a2b3c4d-NAME`: `NAME`; eight digits and a dash are added on uploading.
    /// - `/data/local-files/?d=PATH`: `PATH`.
    /// - `s3://bucket/PATH` and the like: `PATH`; `https://host/…/NAME?…`: `NAME`.
    static func name(of address: String) -> String {
        if let mark = address.firstRange(of: "?d=") {
            let path = String(address[mark.upperBound...])
            return path.removingPercentEncoding ?? path
        }
        if address.contains("/data/upload/") || address.hasPrefix("data/upload/") {
            let name = PictureName(decoded(PictureName.lastPart(address)))
            return name.ending.isEmpty
                ? String(name.plainStem) : "\(name.plainStem).\(name.ending)"
        }
        guard let scheme = address.firstRange(of: "://") else { return address }
        if ["http", "https"].contains(address[..<scheme.lowerBound]) {
            return decoded(PictureName.lastPart(String(address.prefix { $0 != "?" && $0 != "#" })))
        }
        let parts = address[scheme.upperBound...].split(separator: "/")
        return parts.dropFirst().joined(separator: "/")
    }

    private static func decoded(_ text: String) -> String { text.removingPercentEncoding ?? text }

    /// Returns the address of a local picture, from which ``name(of:)`` returns `name`.
    static func address(of name: String) -> String {
        let allowed = CharacterSet.urlPathAllowed.subtracting(CharacterSet(charactersIn: "&+;="))
        return "/data/local-files/?d="
            + (name.addingPercentEncoding(withAllowedCharacters: allowed) ?? name)
    }
}
