/// The kind of a file, recognized from its bytes, whatever its name.
///
/// ```swift
/// let kind = try FileKind(of: "checkpoint.pth.tar")   // .torchArchive
/// print(kind)                                         // a PyTorch checkpoint
/// ```
public enum FileKind: Sendable, Equatable {
    /// A folder, or something that is neither a file nor a folder.
    case folder, special
    case empty

    /// Checkpoints of `torch.save`: the zip archive, and the form before PyTorch 1.6.
    case torchArchive, torchSequence
    /// Programs with weights: not checkpoints of `torch.save`.
    case torchScript, torchExport
    /// A Python pickle that `torch.save` did not write.
    case pickle
    case safeTensors
    /// The JSON file that lists the parts of a sharded checkpoint.
    case shardIndex
    case npy, npz
    case tfRecord
    case hdf5, gguf
    case picture(Picture)
    case film(Film)

    case gzip, zlib, zip, tar, archive
    case gitLFSPointer
    case json, html, xml, pdf, text
    /// An unknown format, with its first bytes.
    case unknown([UInt8])

    /// Image formats.
    public enum Picture: String, Sendable {
        case png, jpeg, gif, webp, bmp, tiff, heif, netpbm
    }

    /// Video containers.
    public enum Film: String, Sendable {
        case mp4, matroska, avi, mpeg, flash
    }

    /// Recognizes the entry at `path`, following links.
    /// - Throws: ``FileFailure`` when there is none or it cannot be read.
    public init(of path: String) throws(FileFailure) {
        switch try PathStatus(path) {
        case .folder: self = .folder
        case .other: self = .special
        case .file: self = try MappedFile(path: path).withBytes { FileKind($0) }
        }
    }

    /// Recognizes the bytes of a whole file. Of a zip archive, the directory at its end is read; of
    /// everything else, the first few kilobytes.
    public init(_ bytes: UnsafeRawBufferPointer) {
        self =
            Self.marked(bytes) ?? Self.structured(bytes) ?? Self.written(bytes)
            ?? Self.deflated(bytes) ?? .unknown(Array(bytes.prefix(8)))
    }

    /// As ``init(_:)-(UnsafeRawBufferPointer)``.
    public init(_ bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { FileKind($0) }
    }

    /// Whether `torch.save` wrote it.
    public var isTorchCheckpoint: Bool { self == .torchArchive || self == .torchSequence }

    /// Whether it holds plain tensors: npy, npz or safetensors.
    public var holdsArrays: Bool { self == .npy || self == .npz || self == .safeTensors }

    public var isPicture: Bool { if case .picture = self { true } else { false } }

    public var isFilm: Bool { if case .film = self { true } else { false } }
}

extension FileKind: CustomStringConvertible {
    /// A noun phrase for messages ("a PyTorch checkpoint"), with advice where there is any.
    public var description: String {
        switch self {
        case .folder: "a folder"
        case .special: "a pipe, device or socket"
        case .empty: "an empty file"
        case .torchArchive: "a PyTorch checkpoint"
        case .torchSequence: "a PyTorch checkpoint of the form before PyTorch 1.6"
        case .torchScript: "a TorchScript program (save its state_dict with torch.save)"
        case .torchExport: "a program of torch.export (save its state_dict with torch.save)"
        case .pickle: "a Python pickle that torch.save did not write"
        case .safeTensors: "a safetensors file"
        case .shardIndex: "the index of a checkpoint in several files"
        case .npy: "npy data"
        case .npz: "npz data"
        case .tfRecord: "TFRecord data"
        case .hdf5: "HDF5 data"
        case .gguf: "GGUF data"
        case .picture(let picture): picture.description
        case .film(let film): film.description
        default: otherDescription
        }
    }

    private var otherDescription: String {
        switch self {
        case .gzip: "gzip data"
        case .zlib: "zlib data"
        case .zip: "a zip archive"
        case .tar: "a tar archive (unpack it first)"
        case .archive: "a compressed archive (unpack it first)"
        case .gitLFSPointer: "a Git LFS pointer, not the file itself (run git lfs pull)"
        case .json: "JSON text"
        case .html: "an HTML page (perhaps of a download that failed)"
        case .xml: "XML text"
        case .pdf: "a PDF document"
        case .text: "text"
        case .unknown(let bytes):
            "unknown data that begin with the bytes "
                + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
        default: "a file"
        }
    }
}

extension FileKind.Picture: CustomStringConvertible {
    public var description: String {
        switch self {
        case .png: "a PNG picture"
        case .jpeg: "a JPEG picture"
        case .gif: "a GIF picture"
        case .webp: "a WebP picture"
        case .bmp: "a BMP picture"
        case .tiff: "a TIFF picture"
        case .heif: "a HEIF or AVIF picture"
        case .netpbm: "a PBM, PGM or PPM picture"
        }
    }
}

extension FileKind.Film: CustomStringConvertible {
    public var description: String {
        switch self {
        case .mp4: "an MP4 or QuickTime film"
        case .matroska: "a Matroska or WebM film"
        case .avi: "an AVI film"
        case .mpeg: "an MPEG film"
        case .flash: "a Flash film"
        }
    }
}
