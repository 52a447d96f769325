package import Lungs

/// Slices to which a method is fitted, and whose they are.
package struct FittingPool: Sendable {
    /// The slices.
    package private(set) var crops: [LungCrop] = []
    /// Whose they are.
    package private(set) var patients: Set<String> = []

    /// An empty pool.
    package init() {}

    /// The slices of a set, but one patient's where one is named.
    package init(of set: EvaluationSet, without patient: String? = nil) {
        for slice in set.slices where slice.patient != patient {
            self.append(slice.crop, patient: slice.patient)
        }
    }

    /// Adds a slice; nil: whose it is does not matter, as of pictures that are nowhere searched for.
    package mutating func append(_ crop: LungCrop, patient: String?) {
        self.crops.append(crop)
        if let patient { self.patients.insert(patient) }
    }
}
