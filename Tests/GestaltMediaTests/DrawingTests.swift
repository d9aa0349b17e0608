import GestaltMedia
import GestaltTensor
import Testing

@Suite struct DrawingTests {
    @Test func overlayMixesOnlyLabeled() {
        let picture = Tensor<UInt8>(shape: [1, 2, 1], scalars: [100, 100])
        let labels = Tensor<UInt8>(shape: [1, 2], scalars: [0, 1])
        let half = picture.overlaid(labels: labels, opacity: 0.5).scalars
        #expect(half == [100, 100, 100, 165, 70, 70])
        let full = picture.overlaid(labels: labels, opacity: 1).scalars
        #expect(Array(full[3...]) == [230, 40, 40])
    }

    @Test func outlineLeavesTheInside() {
        var ids = [UInt8](repeating: 0, count: 25)
        for y in 1...3 { for x in 1...3 { ids[5 * y + x] = 1 } }
        let picture = Tensor<UInt8>.zeros([5, 5, 3])
        let drawn = picture.outlined(labels: Tensor(shape: [5, 5], scalars: ids)).scalars
        let red = (0..<25).filter { drawn[3 * $0] > 0 }
        #expect(red == [6, 7, 8, 11, 13, 16, 17, 18])
    }

    @Test func labelsHaveDistinctColors() {
        let colors = Set((0...15).map { Color.label($0) })
        #expect(colors.count == 16)
        #expect(Tensor<UInt8>(shape: [1, 2], scalars: [0, 1]).coloredLabels().scalars.count == 6)
    }

    @Test func ignoredPixelsAreHatched() {
        let picture = Tensor<UInt8>(repeating: 10, shape: [8, 8, 3])
        let drawn = picture.overlaid(labels: .init(repeating: 255, shape: [8, 8])).scalars
        let lines = (0..<64).filter { drawn[3 * $0] == 200 }
        // Half of the pixels, in lines along a diagonal; the others stay as they are.
        #expect(lines.count == 32 && drawn.filter { $0 == 10 }.count == 96)
        #expect(lines.allSatisfy { ($0 / 8 + $0 % 8) % 4 < 2 })
        #expect(Color.label(255) == .gray)
        #expect(
            Tensor<UInt8>(shape: [1, 1], scalars: [255]).coloredLabels().scalars == [
                128, 128, 128,
            ])
    }

    @Test(arguments: [(4, 4), (3, 7), (1, 1), (9, 2)])
    func framesAreCrossedOutFromCornerToCorner(height: Int, width: Int) {
        let drawn = Tensor<UInt8>(repeating: 120, shape: [height, width, 3]).crossedOut()
        #expect(drawn.shape == [height, width, 3])
        for corner in [(0, 0), (0, width - 1)] {
            #expect(drawn[scalar: corner.0, corner.1, 0] == 90)
        }
        #expect(drawn.scalars.allSatisfy { $0 == 90 || $0 == 210 })
    }

    @Test func canvasCutsOffWhatFallsOutside() {
        var canvas = Canvas(height: 3, width: 3, background: .black)
        canvas.fill(x: 2, y: -5, width: 10, height: 6, with: .white)
        canvas.draw(.init(repeating: 9, shape: [2, 2]), x: -1, y: 2)
        canvas.draw(.init(repeating: 9, shape: [2, 2]), x: 40, y: 40)
        canvas.draw("far away", x: -500, y: 500)
        let reds = stride(from: 0, to: 27, by: 3).map { canvas.image.scalars[$0] }
        #expect(reds == [0, 0, 255, 0, 0, 0, 9, 0, 0])
    }

    @Test func textIsDrawnInItsWidth() {
        var canvas = Canvas(height: 7, width: Canvas.width(of: "HI"), background: .white)
        canvas.draw("HI", x: 0, y: 0)
        let dots = stride(from: 0, to: canvas.image.count, by: 3).map {
            canvas.image.scalars[$0] == 0 ? "#" : "."
        }
        let lines = (0..<7).map { dots[(11 * $0)..<(11 * $0 + 11)].joined() }
        #expect(lines[0] == "#...#..###.")
        #expect(lines[3] == "#####...#..")
    }

    @Test func everyCharacterHasItsOwnGlyph() {
        var pictures: Set<[UInt8]> = []
        for code in UInt8(32)...126 {
            var canvas = Canvas(height: 7, width: 5)
            canvas.draw(String(UnicodeScalar(code)), x: 0, y: 0)
            pictures.insert(canvas.image.scalars)
        }
        #expect(pictures.count == 95)
    }

    @Test func contactSheetPlacesPictures() {
        let sheet = ContactSheet(gap: 1, magnification: 2, background: .white)
        let drawn = sheet.drawn([
            [.init(repeating: 10, shape: [1, 2]), .init(repeating: 20, shape: [1, 1, 3])],
            [.init(repeating: 30, shape: [9, 1])],
        ])
        // Widths 4 and 2, heights 7 (a caption's) and 18, gaps of 1.
        #expect(drawn.shape.dimensions == [1 + 7 + 1 + 18 + 1, 1 + 4 + 1 + 2 + 1, 3])
        #expect(drawn[scalar: 1, 1, 0] == 10 && drawn[scalar: 2, 4, 0] == 10)
        #expect(drawn[scalar: 1, 6, 0] == 20 && drawn[scalar: 1, 5, 0] == 255)
        #expect(drawn[scalar: 9, 1, 0] == 30 && drawn[scalar: 9, 3, 0] == 255)
    }

    @Test func captionsMakeRoom() {
        var sheet = ContactSheet()
        let plain = sheet.drawn([[.zeros([8, 8])]]).shape
        sheet.columnTitles = ["prediction"]
        sheet.rowTitles = ["clip 3"]
        let titled = sheet.drawn([[.zeros([8, 8])]]).shape
        #expect(titled[0] == plain[0] + 7 + 4)
        #expect(titled[1] == plain[1] + (59 - 8) + 35 + 4)
    }
}
