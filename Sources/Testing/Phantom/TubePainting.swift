extension Canvas {
    /// Paints a cut of a tube over what is there; what is painted is no longer lung.
    mutating func paint(_ piece: TubePiece, z: Double, shrunkBy inset: Double = 0, _ value: Float) {
        self.eachPixel(of: piece, z: z, inset: inset) { canvas, index, share in
            canvas.hounsfield[index] += share * (value - canvas.hounsfield[index])
            canvas.lung[index] *= 1 - share
        }
    }

    /// Adds a cut of a tube to what is there, only where that makes it denser or, for air, thinner; the
    /// lung stays.
    mutating func blend(_ piece: TubePiece, z: Double, scale: Double = 1, _ value: Float) {
        var scaled = piece
        scaled.startRadius *= scale
        scaled.endRadius *= scale
        self.eachPixel(of: scaled, z: z, inset: 0) { canvas, index, share in
            canvas.hounsfield[index] += share * (value - canvas.hounsfield[index])
        }
    }

    /// Calls the body with each pixel of the cut and the share of the pixel which the tube fills.
    private mutating func eachPixel(
        of piece: TubePiece,
        z: Double,
        inset: Double,
        _ body: (inout Canvas, Int, Float) -> Void
    ) {
        let perPixel = self.frame.millimetersPerPixel
        let reach = max(piece.startRadius, piece.endRadius) - inset
        guard reach > 0, piece.lowest < z + reach, piece.highest > z - reach else { return }
        let start = self.frame.pixel(SIMD2(piece.start.x, piece.start.y))
        let end = self.frame.pixel(SIMD2(piece.end.x, piece.end.y))
        // Which part of the axis comes near enough to the plane.
        let rise = piece.end.z - piece.start.z
        var part = (0.0, 1.0)
        if abs(rise) > 1e-9 {
            let cuts = ((z - reach - piece.start.z) / rise, (z + reach - piece.start.z) / rise)
            part = (max(min(cuts.0, cuts.1), 0), min(max(cuts.0, cuts.1), 1))
            guard part.0 <= part.1 else { return }
        } else if abs(z - piece.start.z) > reach {
            return
        }
        let ends = (start + (end - start) * part.0, start + (end - start) * part.1)
        let margin = reach / perPixel + 1
        let low = pointwiseMin(ends.0, ends.1) - margin
        let high = pointwiseMax(ends.0, ends.1) + margin
        let last = Double(self.frame.size - 1)
        guard high.x > 0, high.y > 0, low.x < last, low.y < last else { return }
        let columns = Int(max(low.x, 0))...Int(min(high.x.rounded(.up), last))
        let rows = Int(max(low.y, 0))...Int(min(high.y.rounded(.up), last))

        // All lengths in pixels from here on.
        let axis = SIMD3<Float>(Float(end.x - start.x), Float(end.y - start.y), Float(rise / perPixel))
        let squared = max((axis * axis).sum(), 1e-9)
        let above = Float((z - piece.start.z) / perPixel)
        let radius = Float((piece.startRadius - inset) / perPixel)
        let growth = Float((piece.endRadius - piece.startRadius) / perPixel)
        for row in rows {
            let dy = Float(Double(row) - start.y)
            for column in columns {
                let dx = Float(Double(column) - start.x)
                let t = min(max((dx * axis.x + dy * axis.y + above * axis.z) / squared, 0), 1)
                let (x, y, h) = (dx - t * axis.x, dy - t * axis.y, above - t * axis.z)
                let here = radius + t * growth
                let limit = here + 0.5
                let distance = x * x + y * y + h * h
                guard distance < limit * limit else { continue }
                // A tube thinner than a pixel fills only a share of it.
                let share = min(limit - distance.squareRoot(), 1) * min(2 * here, 1)
                body(&self, row * self.frame.size + column, share)
            }
        }
    }
}
