/// A sheet of pictures: the query first, then its hits in rank order, each with its captions.
package struct ContactSheet: Sendable {
    /// One picture of the sheet.
    package struct Tile: Sendable {
        /// What is shown; it is fitted into the tile.
        package let image: RGBImage
        /// Lines below the picture, the first one bright: rank, distance, level, short id.
        package let captions: [String]
        /// Whether this is what was asked for, drawn with a frame of its own.
        package let isQuery: Bool

        /// Makes a tile.
        package init(image: RGBImage, captions: [String], isQuery: Bool = false) {
            self.image = image
            self.captions = captions
            self.isQuery = isQuery
        }
    }

    /// The line above the tiles.
    package var title: String
    /// In the order in which they are read.
    package var tiles: [Tile]
    /// Tiles in a row, at least 1.
    package var columns: Int
    /// Side of a picture, pixels, at least 64.
    package var side: Int

    private static let gap = 12
    private static let captionGap = 6

    /// Makes a sheet.
    package init(title: String, tiles: [Tile], columns: Int = 4, side: Int = 300) {
        self.title = title
        self.tiles = tiles
        self.columns = max(columns, 1)
        self.side = max(side, 64)
    }

    /// The sheet as one picture on a dark background.
    package func rendered() -> RGBImage {
        let gap = Self.gap
        let columns = max(1, min(self.columns, self.tiles.count))
        let rows = (self.tiles.count + columns - 1) / columns
        let lines = self.tiles.map(\.captions.count).max() ?? 0
        let tileHeight = self.side + Self.captionGap + lines * TextStyle.caption.lineHeight
        let top = gap + TextStyle.title.lineHeight + gap
        var sheet = RGBImage(
            width: gap + columns * (self.side + gap),
            height: top + rows * (tileHeight + gap),
            color: .background
        )
        let title = TextStyle.title.fitted(self.title, width: sheet.width - 2 * gap)
        sheet.drawText(title, x: gap, y: gap, style: .title)
        for (index, tile) in self.tiles.enumerated() {
            self.draw(
                tile,
                x: gap + index % columns * (self.side + gap),
                y: top + index / columns * (tileHeight + gap),
                on: &sheet
            )
        }
        return sheet
    }

    private func draw(_ tile: Tile, x: Int, y: Int, on sheet: inout RGBImage) {
        let picture = tile.image.fitted(side: self.side)
        sheet.fill(x: x, y: y, width: self.side, height: self.side, RGBColor(0, 0, 0))
        sheet.draw(picture, x: x + (self.side - picture.width) / 2, y: y + (self.side - picture.height) / 2)
        sheet.drawBorder(
            x: x - (tile.isQuery ? 2 : 1),
            y: y - (tile.isQuery ? 2 : 1),
            width: self.side + (tile.isQuery ? 4 : 2),
            height: self.side + (tile.isQuery ? 4 : 2),
            thickness: tile.isQuery ? 3 : 1,
            tile.isQuery ? .query : .rule
        )
        for (line, caption) in tile.captions.enumerated() {
            let style = TextStyle.caption
            sheet.drawText(
                style.fitted(caption, width: self.side),
                x: x,
                y: y + self.side + Self.captionGap + line * style.lineHeight,
                style: style,
                color: line > 0 ? .dimText : tile.isQuery ? .query : .text
            )
        }
    }
}
