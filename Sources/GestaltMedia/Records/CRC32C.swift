internal import CMedia

/// The Castagnoli checksum of TFRecord files (RFC 3720, appendix B.4).
public enum CRC32C {
    private static let table = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        gm_crc32c_table(&table)
        return table
    }()

    /// Returns the checksum of `bytes`.
    public static func checksum(_ bytes: some Collection<UInt8>) -> UInt32 {
        checksum(bytes, usingInstruction: true)
    }

    /// Returns the checksum as stored in TFRecord: rotated by 15 bits plus a constant, since the
    /// checksum of data that contains its own checksum is weak.
    public static func masked(_ bytes: some Collection<UInt8>) -> UInt32 {
        let sum = checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }

    /// Computes the checksum optionally without the processor's instruction, so that both methods
    /// can be compared.
    package static func checksum(
        _ bytes: some Collection<UInt8>, usingInstruction: Bool
    ) -> UInt32 {
        let portable: Int32 = usingInstruction ? 0 : 1
        let sum = bytes.withContiguousStorageIfAvailable {
            gm_crc32c(0, $0.baseAddress, $0.count, table, portable)
        }
        return sum ?? checksum(Array(bytes), usingInstruction: usingInstruction)
    }
}
