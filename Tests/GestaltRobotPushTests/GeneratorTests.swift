import GestaltData
import GestaltRobotPush
import GestaltTensor
import Testing

@Suite struct GeneratorTests {
    static let generator = RobotPushGenerator(seed: 11)

    @Test func sameSeedAndIndexGiveTheSameBytes() {
        let first = Self.generator.clip(at: 3)
        let second = RobotPushGenerator(seed: 11).clip(at: 3)
        #expect(first.frames == second.frames)
        #expect(first.masks == second.masks)
        #expect(first.actions == second.actions)
        #expect(first.positions == second.positions)
    }

    /// Known once and for all: another sum means that every experiment that names a seed has
    /// silently got other data.
    @Test func bytesOfASeedNeverChange() throws {
        let clip = RobotPushGenerator(seed: 0).clip(at: 0)
        #expect(checksum(clip.frames.scalars) == 13_424_569_496_380_259_781)
        let masks = checksum(try #require(clip.masks).scalars)
        #expect(masks == 7_406_468_554_545_770_395)
    }

    /// FNV-1a, 64 bits.
    private func checksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }

    @Test func otherSeedsAndIndicesGiveOtherClips() {
        let clip = Self.generator.clip(at: 0)
        #expect(clip.frames != Self.generator.clip(at: 1).frames)
        #expect(clip.frames != RobotPushGenerator(seed: 12).clip(at: 0).frames)
    }

    @Test func labelsStayWithinTheThingsOfTheScene() {
        var configuration = RobotPushGenerator.Configuration()
        configuration.frames = 4
        for things in [0, 1, 5] {
            configuration.things = things...things
            let generator = RobotPushGenerator(seed: 5, configuration: configuration)
            for index in 0..<4 {
                let ids = Set(generator.clip(at: index).masks?.scalars ?? [])
                #expect(ids.isSubset(of: Set(0...UInt8(things + 1))), "clip \(index)")
                #expect(ids.contains(1), "clip \(index) has no arm")
            }
        }
    }

    @Test func clipsResembleRecordings() throws {
        let clips = try DataSet(SyntheticClips(count: 24, generator: Self.generator))
        let share = try #require(clips.foregroundShare)
        #expect((0.12...0.24).contains(share))
        var moved = 0
        for clip in clips.clips {
            let masks = try #require(clip.masks)
            #expect(framesWithout(1...1, masks) == 0, "\(clip.name): a frame without arm")
            #expect(framesWithout(2...255, masks) <= 3, "\(clip.name): things out of sight")
            if thingsMoved(masks) { moved += 1 }
        }
        #expect(moved >= 20, "things move in \(moved) of 24 clips")
    }

    @Test func gripperGoesWhereItIsTold() throws {
        let clip = Self.generator.clip(at: 6)
        let actions = try #require(clip.actions).scalars
        let positions = try #require(clip.positions).scalars
        for frame in 0..<(clip.frameCount - 1) {
            for axis in 0..<3 {
                let expected = positions[frame * 3 + axis] + actions[frame * 4 + axis]
                #expect(positions[(frame + 1) * 3 + axis] == expected)
            }
            if frame % 2 == 0 {
                #expect(
                    actions[frame * 4..<frame * 4 + 4] == actions[frame * 4 + 4..<frame * 4 + 8])
            }
        }
    }

    /// A pixel that shows background in all frames has few colors: only shadows change it.
    @Test func pictureChangesWhereLabelsSayItDoes() throws {
        var configuration = RobotPushGenerator.Configuration()
        configuration.things = 0...0
        let clip = RobotPushGenerator(seed: 2, configuration: configuration).clip(at: 0)
        let (pixels, ids) = (clip.frames.scalars, try #require(clip.masks).scalars)
        let area = clip.height * clip.width
        var (still, same) = (0, 0)
        for pixel in 0..<area
        where (0..<clip.frameCount).allSatisfy({ ids[$0 * area + pixel] == 0 }) {
            still += 1
            let first = pixels[pixel * 3..<pixel * 3 + 3]
            let isSame = (1..<clip.frameCount).allSatisfy { frame in
                let start = (frame * area + pixel) * 3
                return pixels[start..<start + 3].elementsEqual(first)
            }
            if isSame { same += 1 }
        }
        // The rest lie under the shadow of the arm at some time or share a pixel with its edge.
        #expect(still > area / 3)
        #expect(Double(same) > 0.4 * Double(still), "\(same) of \(still)")
    }

    @Test(arguments: [(1, 1), (17, 40), (96, 48)])
    func anySizeCanBeMade(height: Int, width: Int) throws {
        var configuration = RobotPushGenerator.Configuration()
        (configuration.height, configuration.width, configuration.frames) = (height, width, 2)
        configuration.supersampling = 2
        let clip = RobotPushGenerator(configuration: configuration).clip(at: 0)
        #expect(clip.frames.shape == [2, height, width, 3])
        #expect(clip.masks?.shape == [2, height, width])
    }

    @Test func votesGoToTheMostFrequentLabelAndTiesToTheLowest() {
        var votes = LabelVotes()
        for (ballots, winner) in [
            ([3, 3, 1, 1, 0], 1), ([7], 7), ([0, 2, 2], 2), ([255, 0], 0), ([4, 9, 9, 4, 9], 9),
        ] as [([UInt8], UInt8)] {
            for ballot in ballots { votes.add(ballot) }
            #expect(votes.takeWinner() == winner, "\(ballots)")
        }
    }

    private func framesWithout(_ ids: ClosedRange<UInt8>, _ masks: Tensor<UInt8>) -> Int {
        let area = masks.shape[1] * masks.shape[2]
        let scalars = masks.scalars
        return (0..<masks.shape[0]).filter { frame in
            !scalars[frame * area..<(frame + 1) * area].contains { ids.contains($0) }
        }.count
    }

    /// Whether the center of some thing is more than 3 pixels from where it was at first.
    private func thingsMoved(_ masks: Tensor<UInt8>) -> Bool {
        let (height, width) = (masks.shape[1], masks.shape[2])
        let scalars = masks.scalars
        func center(_ id: UInt8, _ frame: Int) -> (x: Double, y: Double)? {
            var (x, y, count) = (0.0, 0.0, 0.0)
            for row in 0..<height {
                for column in 0..<width
                where scalars[(frame * height + row) * width + column] == id {
                    (x, y, count) = (x + Double(column), y + Double(row), count + 1)
                }
            }
            return count > 8 ? (x / count, y / count) : nil
        }
        return (UInt8(2)...7).contains { id in
            guard let start = center(id, 0) else { return false }
            return (1..<masks.shape[0]).contains { frame in
                guard let end = center(id, frame) else { return false }
                let (dx, dy) = (end.x - start.x, end.y - start.y)
                return dx * dx + dy * dy > 9
            }
        }
    }
}
