import Evaluation
import Lungs
import Testing

@testable import Experiments

@Suite("A folder's slices in order")
struct SliceArchiveTests {
    @Test("patients become numbers in the order of their slices; no identifier is left")
    func numbers() throws {
        let archive = try SliceArchive(MadeUpArchive.found)
        #expect(archive.set.patients == ["patient 1", "patient 2", "patient 3"])
        #expect(archive.counts.patients == 3 && archive.counts.series == 3 && archive.counts.singles == 0)
        for slice in archive.set.slices {
            for name in MadeUpArchive.names {
                #expect(!slice.patient.contains(name) && !slice.series.contains(name))
            }
        }
        for (place, source) in archive.sources.enumerated() {
            #expect(archive.set.slices[place].crop == MadeUpArchive.found[source].crop)
        }
    }

    @Test("levels fall from apex to base, whatever the order of the files")
    func levels() throws {
        let archive = try SliceArchive(MadeUpArchive.found.reversed())
        for patient in archive.set.patients {
            let slices = archive.set.indices(of: patient).map { archive.set.slices[$0] }
            let levels = slices.compactMap(\.level)
            #expect(levels.count == slices.count && levels == levels.sorted())
            #expect(slices.map(\.offsetMillimeters) == slices.map(\.offsetMillimeters).sorted(by: >))
        }
        #expect(archive.wholePatients.count == 3 && archive.counts.cutSeries == 0)
    }

    @Test("a series that ends within the lungs has no level that counts")
    func cut() throws {
        // The lower half of one patient is missing.
        let half = MadeUpArchive.found.prefix(MadeUpArchive.slicesEach).sorted {
            ($0.offsetMillimeters ?? 0) > ($1.offsetMillimeters ?? 0)
        }.prefix(9)
        let others = Array(MadeUpArchive.found.dropFirst(MadeUpArchive.slicesEach))
        let archive = try SliceArchive(half + others)
        #expect(archive.counts.cutSeries == 1)
        #expect(archive.set.unleveledPatients == ["patient 1"])
        #expect(!archive.wholePatients.contains("patient 1"))
    }

    @Test(
        "single slices are learned from; those with a class are asked too, nameless ones as patients of their own"
    )
    func singles() throws {
        let crop = try #require(MadeUpArchive.found[5].crop)
        var other = crop.image
        other[0] = 0.5
        let changed = try #require(LungCrop(image: other, left: crop.left, right: crop.right))
        let singles = [
            FoundSlice(crop: crop, label: "tumor"), FoundSlice(crop: crop, label: "tumor"),
            FoundSlice(crop: changed, patient: "ID-9", series: "s", offsetMillimeters: 3),
            FoundSlice(crop: nil),
        ]
        let archive = try SliceArchive(MadeUpArchive.found + singles)
        #expect(archive.counts.patients == 6 && archive.counts.nameless == 2 && archive.counts.singles == 3)
        #expect(
            archive.set.slices.filter { $0.label == "tumor" }.map(\.patient) == ["patient 4", "patient 5"]
        )
        #expect(archive.others.map(\.patient) == ["patient 6"])
        #expect(archive.counts.withoutLung == MadeUpArchive.found.count { $0.crop == nil } + 1)
        // Without any series there is nothing else to ask.
        let alone = try SliceArchive(singles)
        #expect(alone.set.slices.count == 3 && alone.others.isEmpty && alone.wholePatients.isEmpty)
    }

    @Test(
        "a planted leak: one person's slice under two identifiers is refused, with numbers instead of names"
    )
    func leak() throws {
        var planted = MadeUpArchive.found[4]
        planted.patient = MadeUpArchive.names[2]
        let error = #expect(throws: ExperimentError.self) {
            try SliceArchive(MadeUpArchive.found + [planted])
        }
        #expect(error == .sharedSlice("patient 1", "patient 3"))
        for name in MadeUpArchive.names { #expect(error.map { !"\($0)".contains(name) } ?? false) }
    }

    @Test("slices without lungs are none")
    func nothing() {
        #expect(throws: ExperimentError.noLungs(slices: 2)) {
            try SliceArchive([FoundSlice(crop: nil), FoundSlice(crop: nil)])
        }
        #expect(throws: ExperimentError.noLungs(slices: 0)) { try SliceArchive([]) }
    }

    @Test("of many elements every so-manyth is taken")
    func thinning() {
        #expect(thinned(Array(0..<10), to: 5) == [0, 2, 4, 6, 8])
        #expect(thinned([1, 2], to: 5) == [1, 2])
    }
}
