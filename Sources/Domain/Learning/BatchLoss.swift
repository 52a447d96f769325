private import Glibc
package import LinearAlgebra

/// The loss of a batch: how far the embedding's idea of who is similar to whom is from the labels'.
package struct BatchLoss: Sendable, Equatable {
    /// Mean over the rows of KL(softmax(labels / 0.1) ‖ softmax(cosines / 0.1)), own entry left out.
    package let listwise: Float
    /// Mean over the rows of -log softmax(cosines / 0.1) of the other views of the same slice; 0 without such views.
    package let contrastive: Float
    /// (b x m): gradient of labelWeight · listwise + contrastiveWeight · contrastive, with respect to the unnormalized outputs.
    package let gradient: Matrix

    /// Temperature of labels, and of cosines in training.
    package static let temperature: Float = 0.1

    /// Computes loss and gradient.
    ///
    /// - Parameters:
    ///   - outputs: (b x m), not normalized.
    ///   - labels: (b x b) similarities 0...1; other views of one slice count as 1 whatever stands there.
    ///   - slices: (b) which slice each row is a view of.
    ///   - labelWeight: weight of the listwise term.
    ///   - contrastiveWeight: weight of the contrastive term.
    ///   - temperature: by which the cosines are divided.
    package init(
        outputs: Matrix,
        labels: Matrix,
        slices: [Int],
        labelWeight: Float = 1,
        contrastiveWeight: Float,
        temperature: Float = BatchLoss.temperature
    ) {
        let count = outputs.rows
        precondition(labels.rows == count && labels.columns == count && slices.count == count, "sides differ")
        let (units, norms) = Self.normalized(outputs)
        let cosines = multiply(units, transposed: false, units, transposed: true)
        var cosineGradient = Matrix(rows: count, columns: count)
        var (listwise, contrastive): (Float, Float) = (0, 0)
        for row in 0..<count {
            let loss = Self.rowLoss(
                row,
                cosines: cosines.row(row),
                labels: labels.row(row),
                slices: slices,
                contrastiveWeight: contrastiveWeight / Float(count),
                listwiseWeight: labelWeight / Float(count),
                temperature: temperature,
                gradient: &cosineGradient
            )
            listwise += loss.listwise / Float(count)
            contrastive += loss.contrastive / Float(count)
        }
        self.listwise = listwise
        self.contrastive = contrastive
        gradient = Self.outputGradient(of: cosineGradient, units: units, norms: norms)
    }

    private static func normalized(_ outputs: Matrix) -> (units: Matrix, norms: [Float]) {
        var units = outputs
        var norms = [Float](repeating: 0, count: outputs.rows)
        for row in 0..<outputs.rows {
            var square: Float = 0
            for column in 0..<outputs.columns { square += outputs[row, column] * outputs[row, column] }
            norms[row] = max(square.squareRoot(), 1e-8)
            for column in 0..<outputs.columns { units[row, column] /= norms[row] }
        }
        return (units, norms)
    }

    /// One row's losses; adds the loss's derivatives by the row's cosines to `gradient`.
    private static func rowLoss(
        _ row: Int,
        cosines: ArraySlice<Float>,
        labels: ArraySlice<Float>,
        slices: [Int],
        contrastiveWeight: Float,
        listwiseWeight: Float,
        temperature: Float,
        gradient: inout Matrix
    ) -> (listwise: Float, contrastive: Float) {
        let count = slices.count
        var scaled = [Float](repeating: 0, count: count)
        var wanted = scaled
        var positives = 0
        for column in 0..<count {
            let isView = slices[column] == slices[row]
            positives += isView && column != row ? 1 : 0
            scaled[column] = cosines[cosines.startIndex + column] / temperature
            wanted[column] = (isView ? 1 : labels[labels.startIndex + column]) / Self.temperature
        }
        let logScaled = logSoftmax(scaled, without: row)
        let logWanted = logSoftmax(wanted, without: row)
        let hasPositives = positives > 0 && contrastiveWeight > 0
        var (listwise, contrastive): (Float, Float) = (0, 0)
        for column in 0..<count where column != row {
            let probability = exp(logScaled[column])
            let target = exp(logWanted[column])
            // With a target of zero the term is zero: the logarithm is finite, labels are.
            listwise += target * (logWanted[column] - logScaled[column])
            var slope = listwiseWeight * (probability - target)
            if hasPositives {
                let share: Float = slices[column] == slices[row] ? 1 / Float(positives) : 0
                contrastive -= share * logScaled[column]
                slope += contrastiveWeight * (probability - share)
            }
            gradient[row, column] = slope / temperature
        }
        return (listwise, contrastive)
    }

    /// Logarithms of the softmax over all entries but one, whose own value is meaningless.
    private static func logSoftmax(_ values: [Float], without excluded: Int) -> [Float] {
        var largest = -Float.infinity
        for (index, value) in values.enumerated() where index != excluded { largest = max(largest, value) }
        var sum: Float = 0
        for (index, value) in values.enumerated() where index != excluded { sum += exp(value - largest) }
        let offset = largest + log(sum)
        return values.map { $0 - offset }
    }

    /// From derivatives by cosines to those by unnormalized outputs: each cosine has two rows, and a change along the
    /// output itself changes nothing.
    private static func outputGradient(of cosineGradient: Matrix, units: Matrix, norms: [Float]) -> Matrix {
        var gradient = multiply(cosineGradient, units)
        multiply(cosineGradient, transposed: true, units, into: &gradient, beta: 1)
        for row in 0..<gradient.rows {
            var along: Float = 0
            for column in 0..<gradient.columns { along += gradient[row, column] * units[row, column] }
            for column in 0..<gradient.columns {
                gradient[row, column] = (gradient[row, column] - along * units[row, column]) / norms[row]
            }
        }
        return gradient
    }
}
