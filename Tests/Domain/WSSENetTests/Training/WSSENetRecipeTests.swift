import Testing

@testable import WSSENet

@Suite("A training's recipe")
struct WSSENetRecipeTests {
    private static let wrong: [(name: String, change: @Sendable (inout WSSENetRecipe) -> Void)] = [
        ("outlineSteps", { $0.outlineSteps = -1 }), ("detailSteps", { $0.detailSteps = 100_001 }),
        ("densitySteps", { $0.densitySteps = -5 }), ("batchSlices", { $0.batchSlices = 3 }),
        ("batchSlices", { $0.batchSlices = 257 }), ("patience", { $0.patience = 0 }),
        ("rate", { $0.rate = 0 }), ("rate", { $0.rate = .nan }), ("decay", { $0.decay = -1 }),
        ("neighborShare", { $0.neighborShare = 1.5 }), ("neighborhood", { $0.neighborhood = -0.1 }),
        ("patientPower", { $0.patientPower = -1.5 }),
        ("partnerShare", { $0.partnerShare = -0.1 }),
        ("densityPatientPower", { $0.densityPatientPower = 1.5 }),
        ("contrastiveWeight", { $0.contrastiveWeight = .infinity }), ("labelWeight", { $0.labelWeight = -1 }),
        ("densityLabelWeight", { $0.densityLabelWeight = 11 }), ("maximumLength", { $0.maximumLength = 0 }),
        ("weights", { $0.weights.density += 0.1 }), ("weights", { $0.weights.outline = -0.05 }),
        ("weights", { $0.weights.histogram = .nan }),
        ("weights", { $0.weights = .init(outline: 1, detail: 0, histogram: 0, density: 0) }),
    ]

    @Test("has no flaw as it is, nor without histograms of gradients")
    func standard() {
        #expect(WSSENetRecipe().flaw == nil)
        #expect(WSSENetRecipe.withoutHistogram().flaw == nil)
    }

    @Test("says which number is out of bounds", arguments: wrong.indices)
    func flaws(index: Int) throws {
        var recipe = WSSENetRecipe()
        Self.wrong[index].change(&recipe)
        #expect(try #require(recipe.flaw).hasPrefix(Self.wrong[index].name))
    }

    @Test("tells the share of the whole that is done: ascending, to all of it")
    func shares() {
        let recipe = WSSENetRecipe()
        var shares: [Double] = []
        for stage in Stage.allCases {
            for step in stride(from: 0, through: recipe.steps(of: stage), by: 50) {
                shares.append(recipe.share(of: stage, step: step))
            }
        }
        #expect(shares.first == 0 && shares.last == 1)
        #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 })
        var nothing = recipe
        (nothing.outlineSteps, nothing.detailSteps, nothing.densitySteps) = (0, 0, 0)
        #expect(nothing.share(of: .density, step: 0) == 1)
    }

    @Test("is changed by a text, key by key")
    func changed() throws {
        var base = WSSENetRecipe(seed: 7)
        base.weights = .init(outline: 0.12, detail: 0.48, histogram: 0.3, density: 0.1)
        let changed = try WSSENetRecipe(
            base,
            changedBy:
                #"{"detailSteps": 500, "maximumLength": 2.5, "weights": {"outline": 0.02, "density": 0.2}}"#
        )
        var expected = base
        (expected.detailSteps, expected.maximumLength) = (500, 2.5)
        (expected.weights.outline, expected.weights.density) = (0.02, 0.2)
        #expect(changed == expected)
        #expect(try WSSENetRecipe(base, changedBy: "{}") == base)
        #expect(try WSSENetRecipe(WSSENetRecipe(), changedBy: changed.json) == changed)
    }

    @Test(
        "is not changed by a text that is wrong",
        arguments: [
            "", "[1]", #"{"detailStep": 500}"#, #"{"weights": {"liver": 1}}"#, #"{"rate": "fast"}"#,
            #"{"rate": -1}"#, #"{"detailSteps": 2.5}"#,
        ]
    )
    func refused(text: String) {
        #expect(throws: WSSENetError.self) { try WSSENetRecipe(WSSENetRecipe(), changedBy: text) }
    }
}
