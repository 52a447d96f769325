/// Why nothing was judged. No text names a patient or a file.
package enum ExperimentError: Error, Equatable, CustomStringConvertible {
    /// No slice shows lungs.
    case noLungs(slices: Int)
    /// Two patients, by their numbers, have a slice in common: a split by patient would be none.
    case sharedSlice(String, String)
    /// A line of the truth table cannot be read.
    case badTable(line: Int, String)
    /// Methods are judged by other patients' slices.
    case tooFewPatients(found: Int, needed: Int, of: String)
    /// What is learned from is too little without the patients that are left out.
    case tooFewSlices(found: Int, needed: Int)

    /// What is wrong, in words.
    package var description: String {
        switch self {
        case .noLungs(let slices):
            "no lungs were found in \(slices) slices"
        case .sharedSlice(let one, let other):
            "\(one) and \(other) have the same slice: one person under two identifiers would be on both sides of the split. "
                + "Name the person in the truth table's column 'patient' (patients are numbered in the order of their files)"
        case .badTable(let line, let problem): "truth table, line \(line): \(problem)"
        case .tooFewPatients(let found, let needed, let kind):
            "judging needs at least \(needed) \(kind); found \(found)"
        case .tooFewSlices(let found, let needed):
            "only \(found) slices are left to learn from, at least \(needed) are needed"
        }
    }
}
