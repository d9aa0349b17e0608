import GestaltFiles
import GestaltTensor
import Testing

/// Archives made to harm whoever reads them.
@Suite(.timeLimit(.minutes(1))) struct HostileArchiveTests {
    private static let good = ZipBuilder.checkpoint(
        Pickled.whole(
            Pickled.dictionary([
                (
                    "w",
                    Pickled.tensor(Pickled.storage("0", count: 4), shape: [2, 2], strides: [2, 1])
                )
            ])),
        storages: [("0", storageBytes([1, 2, 3, 4]))])

    private static func refuses(
        _ archive: ZipBuilder, _ words: String, _ location: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: FileError.self, sourceLocation: location) {
            try PyTorchFile(bytes: archive.bytes).anyTensor("w")
        }
        let text = error?.description ?? "none"
        #expect(text.contains(words), "\(text)", sourceLocation: location)
    }

    private static func changed(_ change: (inout ZipBuilder) -> Void) -> ZipBuilder {
        var archive = good
        change(&archive)
        return archive
    }

    @Test func variants() throws {
        for archive in [
            Self.good, Self.changed { $0.isWide = true },
            Self.changed { $0.comment = [80, 75, 5] },
            Self.changed { $0.entries.reverse() }, Self.changed { $0.entries[1].flags = 1 << 3 },
        ] {
            let file = try PyTorchFile(bytes: archive.bytes)
            #expect(try file.tensor("w", as: Float.self).scalars == [1, 2, 3, 4])
        }
    }

    @Test func bigEndian() throws {
        let swapped = stride(from: 0, to: 16, by: 4).flatMap { start in
            storageBytes([1, 2, 3, 4])[start..<(start + 4)].reversed()
        }
        for (order, expected) in [("big", [1, 2, 3, 4] as [Float]), ("middle", [])] {
            let archive = Self.changed {
                $0.entries[1].stored = swapped
                $0.entries.append(.init(name: "archive/byteorder", stored: Array(order.utf8)))
            }
            if expected.isEmpty {
                Self.refuses(archive, "byte order")
            } else {
                let file = try PyTorchFile(bytes: archive.bytes)
                #expect(try file.tensor("w", as: Float.self).scalars == expected)
            }
        }
    }

    @Test func wrongChecksums() throws {
        Self.refuses(Self.changed { $0.entries[0].checksum = 1 }, "CRC-32")
        let archive = Self.changed { $0.entries[1].checksum = 1 }
        let file = try PyTorchFile(bytes: archive.bytes)
        for _ in 0..<2 {
            let error = #expect(throws: FileError.self) { try file.tensor("w", as: Float.self) }
            #expect(error?.description.contains("CRC-32") == true)
        }
    }

    @Test func truncated() {
        let bytes = Self.good.bytes
        for count in 0..<bytes.count {
            #expect(throws: FileError.self) { try PyTorchFile(bytes: Array(bytes[..<count])) }
        }
    }

    @Test func overlappingEntries() {
        Self.refuses(
            Self.changed {
                $0.entries.append($0.entries[1])
                $0.entries[2].name = "archive/data/1"
                // Inside the first: a header that lies in the data of another entry.
                let copy = ZipBuilder(entries: [$0.entries[2]]).bytes
                $0.entries[0].stored += copy
                $0.entries[2].place = UInt64(
                    30 + "archive/data.pkl".utf8.count + $0.entries[0].stored.count - copy.count)
            }, "overlap")
    }

    @Test func falseDescriptions() {
        Self.refuses(Self.changed { $0.entries[1].byteCount = 1 << 31 }, "at most")
        Self.refuses(Self.changed { $0.entries[1].place = 3 }, "a header before")
        Self.refuses(Self.changed { $0.entries[1].place = 1 << 31 }, "a header before")
        Self.refuses(Self.changed { $0.entries[1].flags = 1 }, "not encrypted")
        Self.refuses(Self.changed { $0.entries[1].method = 12 }, "deflated")
        Self.refuses(Self.changed { $0.entries[1].name = "archive/data.pkl" }, "twice")
        Self.refuses(Self.changed { $0.entries[1].name = "archive/data/1" }, "storage 0")
        Self.refuses(Self.changed { $0.entries[0].name = "data.pkl" }, "one data.pkl")
        Self.refuses(
            Self.changed { $0.entries.append(.init(name: "b/data.pkl", stored: [])) },
            "one data.pkl")
        Self.refuses(
            Self.changed { $0.entries.append(.init(name: "archive/constants.pkl", stored: [])) },
            "TorchScript")
        // The header before the content names another entry than the directory.
        Self.refuses(Self.changed { $0.entries[1].place = 0 }, "one description")
    }

    /// 100,000 zeros deflated by zlib at level 9.
    private static let zeros: [UInt8] =
        [0xED, 0xC1, 0x31, 0x01, 0, 0, 0, 0xC2, 0xA0, 0xF5, 0x4F, 0x6D, 0x0D, 0x0F, 0xA0]
        + [UInt8](repeating: 0, count: 96) + [0x80, 0x57, 0x03]

    @Test func deflatedEntries() throws {
        func archive(
            _ count: Int, claimed: UInt64, stored: [UInt8] = HostileArchiveTests.zeros
        ) -> ZipBuilder {
            var archive = ZipBuilder.checkpoint(
                Pickled.whole(
                    Pickled.dictionary([
                        (
                            "w",
                            Pickled.tensor(
                                Pickled.storage("0", kind: "ByteStorage", count: count),
                                shape: [count], strides: [1])
                        )
                    ])))
            archive.entries.append(
                .init(
                    name: "archive/data/0", stored: stored, byteCount: claimed,
                    checksum: crc32([UInt8](repeating: 0, count: 100_000)), method: 8))
            return archive
        }
        let file = try PyTorchFile(bytes: archive(100_000, claimed: 100_000).bytes)
        #expect(try file.tensor("w", as: UInt8.self).count == 100_000)
        // More than claimed, less than claimed, more than deflate can give, no deflate data.
        Self.refuses(archive(99_999, claimed: 99_999), "99999 deflated bytes")
        Self.refuses(archive(100_001, claimed: 100_001), "100001 deflated bytes")
        Self.refuses(archive(1 << 30, claimed: 1 << 30), "at most")
        Self.refuses(archive(4, claimed: 4, stored: [7, 7, 7, 7]), "4 deflated bytes")
    }

    @Test func bombsAsPickles() {
        var archive = ZipBuilder.checkpoint(Self.zeros)
        archive.entries[0].method = 8
        archive.entries[0].byteCount = 100_000
        archive.entries[0].checksum = crc32([UInt8](repeating: 0, count: 100_000))
        Self.refuses(archive, "instructions")
        archive.entries[0].stored += [UInt8](repeating: 0, count: 1 << 20)
        archive.entries[0].byteCount = 1 << 30
        Self.refuses(archive, "pickle too large")
    }
}
