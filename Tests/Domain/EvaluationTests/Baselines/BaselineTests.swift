import Evaluation
import LinearAlgebra
import Lungs
import Testing

@Suite("Baselines")
struct BaselineTests {
    private let set = MadeUpPhantoms.set
    private var pool: FittingPool { FittingPool(of: self.set, without: "p3") }

    private var all: [Descriptor] {
        [
            .random(), .masks(), .pixels(), .pixels(fittedTo: self.pool, count: 8),
            .hog(fittedTo: self.pool, count: 10), .density(fittedTo: self.pool, count: 8),
        ]
    }

    @Test("a slice's vector is the same whatever other slices come with it, and whatever the threads")
    func alone() throws {
        let crops = self.set.crops
        let threaded: [Descriptor] = [
            .masks(threadCount: 2), .pixels(threadCount: 2),
            .hog(fittedTo: self.pool, count: 10, threadCount: 2),
        ]
        for method in self.all + threaded {
            let together = try method.unitVectors(of: crops)
            for index in [0, 5, 20] {
                let alone = try method.unitVectors(of: [crops[index]])
                let worst = zip(alone.values, together.row(index)).map { abs($0 - $1) }.max() ?? 1
                #expect(worst < 1e-6, "\(method.name)")
            }
        }
        let (one, two) = (Descriptor.pixels(threadCount: 1), Descriptor.pixels(threadCount: 2))
        #expect(try one.unitVectors(of: crops) == two.unitVectors(of: crops))
    }

    @Test("no slices, no vectors; names are all different")
    func empty() throws {
        for method in self.all { #expect(try method.unitVectors(of: []).rows == 0) }
        #expect(Set(self.all.map(\.name)).count == self.all.count)
    }

    @Test("who was fitted says to whom")
    func fitted() {
        #expect(
            self.all.map { $0.fittedPatients.sorted() } == [
                [], [], [], ["p1", "p2"], ["p1", "p2"], ["p1", "p2"],
            ]
        )
    }

    @Test("pixels do not mind brightness, masks not the image, density not what lies outside the lungs")
    func whatIsSeen() throws {
        let crop = self.set.slices[3].crop
        let brighter = try #require(
            LungCrop(image: crop.image.map { $0 + 0.25 }, left: crop.left, right: crop.right)
        )
        let outside = try #require(
            LungCrop(
                image: crop.image.indices.map { crop.left[$0] + crop.right[$0] > 0 ? crop.image[$0] : 0 },
                left: crop.left,
                right: crop.right
            )
        )
        func distance(_ method: Descriptor, _ other: LungCrop) throws -> Float {
            let found = try method.unitVectors(of: [crop, other])
            return zip(found.row(0), found.row(1)).map { abs($0 - $1) }.max() ?? 1
        }
        #expect(try distance(.pixels(), brighter) < 1e-4)
        #expect(try distance(.masks(), brighter) == 0)
        let density = Descriptor.density(fittedTo: self.pool, count: 8)
        #expect(try distance(density, outside) < 1e-5)
        #expect(try distance(density, brighter) > 0.1)
        #expect(try distance(.random(), brighter) > 0.1)
    }

    @Test("the fitted ones see a left-out patient's slices in the same space")
    func found() throws {
        let trial = DescriptorTrial(self.set, lesions: [])
        let rows = try trial.figures(of: self.all, leavingOut: "p3")
        let errors = rows.map { $0[.levelError]?.mean ?? 1 }
        // Seven levels a tenth apart: chance errs by about 0.23.
        #expect(errors[1...].allSatisfy { $0 < 0.15 } && errors[0] > 0.15)
    }
}
