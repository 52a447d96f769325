import Rendering
import Testing

@Suite("Contact sheets and charts")
struct SheetTests {
    private let gray = RGBImage(width: 64, height: 64, color: RGBColor(90, 90, 90))

    private func sheet(_ count: Int, columns: Int = 3) -> ContactSheet {
        let tiles = (0..<count).map { index in
            ContactSheet.Tile(
                image: RGBImage(width: 64, height: 64, color: RGBColor(UInt8(10 * index + 40), 0, 0)),
                captions: ["\(index). distance", "second line"],
                isQuery: index == 0
            )
        }
        return ContactSheet(title: "Similar slices", tiles: tiles, columns: columns, side: 100)
    }

    @Test("tiles stand in reading order in a grid that grows by rows", arguments: [1, 3, 4, 7])
    func grid(count: Int) {
        let image = self.sheet(count).rendered()
        let columns = min(count, 3)
        #expect(image.width == 12 + columns * 112)
        var reds: [UInt8] = []
        for y in 0..<image.height {
            for x in 0..<image.width {
                let color = image[x, y]
                if color.red >= 40, color.green == 0, color.blue == 0 { reds.append(color.red) }
            }
        }
        // All tiles are there, each a square of 100 less its border.
        #expect(Set(reds).count == count)
        #expect(reds.count > count * 94 * 94)
        // The first is at the upper left, the second to its right, the fourth below the first.
        let top = 12 + TextStyle.title.lineHeight + 12
        #expect(image[62, top + 50].red == 40)
        if count > 1 { #expect(image[62 + 112, top + 50].red == 50) }
        if count > 3 { #expect(image[62, top + 50 + 100 + 6 + 30 + 12].red == 70) }
    }

    @Test("the query has a frame of its own; captions and title are written")
    func marks() {
        let image = self.sheet(2).rendered()
        let top = 12 + TextStyle.title.lineHeight + 12
        #expect(image[12, top + 50] == .query)
        #expect(image[12 + 112 - 1, top + 50] == .rule)
        func inkInRows(_ rows: Range<Int>) -> Int {
            rows.reduce(0) { sum, y in sum + (0..<image.width).filter { image[$0, y] != .background }.count }
        }
        #expect(inkInRows(12..<30) > 60)
        #expect(inkInRows((top + 106)..<(top + 120)) > 60)
        #expect(inkInRows(0..<8) == 0)
    }

    @Test("a picture that is not square is centered in its tile, black around it")
    func letterbox() {
        let wide = RGBImage(width: 80, height: 40, color: RGBColor(0, 200, 0))
        let sheet = ContactSheet(title: "", tiles: [.init(image: wide, captions: [])], side: 100).rendered()
        let top = 12 + TextStyle.title.lineHeight + 12
        #expect(sheet[62, top + 50] == RGBColor(0, 200, 0))
        #expect(sheet[62, top + 10] == RGBColor(0, 0, 0))
        #expect(sheet[62, top + 88] == RGBColor(0, 0, 0))
    }

    @Test("a sheet without tiles is still a picture")
    func empty() {
        let image = ContactSheet(title: "Nothing found", tiles: []).rendered()
        #expect(image.width > 100 && image.height > 40)
    }

    @Test("a falling loss is drawn as a falling line in its own color")
    func chart() throws {
        let chart = LineChart.losses(
            training: (0..<20).map { 1 - Double($0) / 25 },
            test: (0..<20).map { 1.1 - Double($0) / 30 }
        )
        let image = chart.rendered(width: 500, height: 300)
        #expect(image.width == 500 && image.height == 300)
        /// Mean height of a color in a column of the plot, below the legend.
        func height(_ color: RGBColor, _ x: Int) -> Double? {
            let rows = (58..<250).filter { image[x, $0] == color }
            return rows.isEmpty ? nil : Double(rows.reduce(0, +)) / Double(rows.count)
        }
        let columns = [120, 240, 360, 440]
        let training = try columns.map { try #require(height(.leftLung, $0)) }
        let test = try columns.map { try #require(height(.rightLung, $0)) }
        #expect(training == training.sorted() && training[3] - training[0] > 60)
        #expect(zip(training, test).allSatisfy { $0 > $1 })
    }

    @Test(
        "a chart bears nothing, one value, equal values, gaps",
        arguments: [[], [0.5], [2, 2, 2], [1, .nan, 0.5, .infinity]]
    )
    func oddValues(values: [Double]) {
        let image = LineChart.losses(training: values, test: []).rendered(width: 300, height: 200)
        let drawn = (58..<154).contains { y in (70..<280).contains { image[$0, y] == .leftLung } }
        #expect(drawn == values.contains(where: \.isFinite))
    }
}
