import Evaluation

/// Rows of several runs, patient after patient.
struct RunFigures {
    private var order: [String] = []
    private var runs: [String: [Int: MethodFigures]] = [:]

    /// Adds a group's rows to those of a run.
    mutating func add(_ rows: [MethodFigures], run: Int) {
        for row in rows {
            if self.runs[row.name] == nil { self.order.append(row.name) }
            if self.runs[row.name]?[run] == nil {
                self.runs[row.name, default: [:]][run] = row
            } else {
                self.runs[row.name]?[run]?.append(contentsOf: row)
            }
        }
    }

    /// One row a method, the mean over its runs.
    var averaged: [MethodFigures] {
        self.order.compactMap { name in
            let all = (self.runs[name] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            return MethodFigures.averaged(all, name: name)
        }
    }
}
