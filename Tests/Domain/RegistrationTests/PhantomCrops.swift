import Lungs
import Phantom
import Registration

/// Slices of phantom patients, at the same levels.
enum PhantomCrops {
    static let levels = [0.2, 0.37, 0.54, 0.71, 0.88]

    /// The slices of some patients, patient by patient.
    static func crops(of seeds: Range<UInt64>) -> [LungCrop] {
        let imaging = PhantomImaging(size: 256, millimetersPerPixel: 1.64)
        return seeds.flatMap { seed in
            let patient = PhantomPatient(seed: seed)
            return levels.compactMap { level -> LungCrop? in
                guard let slice = patient.slice(z: patient.z(level: level), imaging: imaging).slice else {
                    return nil
                }
                return lungCrop(of: slice, segmentation: LungSegmenter().segment(slice))
            }
        }
    }

    static func pool(_ crops: [LungCrop]) -> RegistrationPool {
        var pool = RegistrationPool()
        for (index, crop) in crops.enumerated() {
            pool.append(
                RegistrationSlice(crop),
                patient: [UInt8(index / levels.count)],
                level: levels[index % levels.count]
            )
        }
        return pool
    }

    /// What a training learns from, and patients whom it does not see.
    static let training = crops(of: 1..<7)
    static let unseen = crops(of: 11..<14)

    /// Few and small steps, for tests of anything but quality.
    static func shortRecipe(steps: Int) -> RegistrationRecipe {
        var recipe = RegistrationRecipe(seed: 5)
        recipe.stepCount = steps
        recipe.batch = 8
        return recipe
    }
}
