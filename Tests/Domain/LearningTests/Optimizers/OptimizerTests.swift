import LinearAlgebra
import Testing

@testable import Learning

@Suite("Optimizers")
struct OptimizerTests {
    enum Kind: CaseIterable, Sendable {
        case adamW
        case sgd

        func make(_ parameters: NamedArrays) -> any Optimizer {
            switch self {
            case .adamW: AdamW(for: parameters, decay: 0.1)
            case .sgd: MomentumSGD(for: parameters, decay: 0.1)
            }
        }
    }

    private let start: NamedArrays

    init() throws { start = madeUpParameters(of: try madeUpNetwork()).trained }

    /// Gradients of a step.
    private func gradients(_ step: Int) -> NamedArrays {
        var generator = SeededGenerator(seed: 20, stream: UInt64(step))
        return madeUpArrays(like: start, &generator)
    }

    @Test("go on from their state with the bits of one that never stopped", arguments: Kind.allCases)
    func resume(kind: Kind) throws {
        var (whole, parameters) = (kind.make(start), start)
        var (halfway, stopped) = (whole.state, parameters)
        for step in 0..<12 {
            if step == 5 { (halfway, stopped) = (whole.state, parameters) }
            whole.step(&parameters, gradients: gradients(step), rate: 0.01)
        }
        var resumed = kind.make(start)
        try resumed.restore(halfway)
        #expect(resumed.state == halfway && halfway.step == 5)
        for step in 5..<12 { resumed.step(&stopped, gradients: gradients(step), rate: 0.01) }
        #expect(stopped == parameters && resumed.state == whole.state)
        // A fresh one does not: the state matters.
        var (fresh, other) = (kind.make(start), start)
        for step in 5..<12 { fresh.step(&other, gradients: gradients(step), rate: 0.01) }
        #expect(other != parameters)
    }

    @Test("change arrays where they lie", arguments: Kind.allCases)
    func inPlace(kind: Kind) {
        func addresses(_ arrays: NamedArrays) -> [UInt] {
            arrays.values.map { $0.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) } }
        }
        func addresses(_ optimizer: any Optimizer) -> [UInt] {
            optimizer.state.slots.sorted { $0.key < $1.key }.flatMap { addresses($0.value) }
        }
        var (optimizer, parameters, slopes) = (kind.make(start), gradients(0), gradients(1))
        var before = addresses(parameters) + addresses(optimizer)
        // After each array, for what is moved twice may come back to where it was.
        for place in parameters.values.indices {
            let gradient = slopes.values[place]
            var span = parameters.values[place].mutableSpan
            optimizer.move(place, &span, gradients: gradient.span, rate: 0.01)
            #expect(addresses(parameters) + addresses(optimizer) == before)
        }
        optimizer.step(&parameters, gradients: slopes, rate: 0.01)
        #expect(addresses(parameters) + addresses(optimizer) == before)
        before = addresses(slopes)
        slopes.clip(toLength: 0.5)
        #expect(addresses(slopes) == before)
    }

    @Test("shrink weights only, unless told otherwise", arguments: Kind.allCases)
    func decay(kind: Kind) throws {
        let none = NamedArrays(zerosLike: start)
        var (optimizer, parameters) = (kind.make(start), start)
        optimizer.step(&parameters, gradients: none, rate: 0.5)
        for (place, shape) in start.shapes.enumerated() {
            for (value, before) in zip(parameters.values[place], start.values[place]) {
                let expected = shape.count > 1 ? before * (1 - 0.5 * 0.1) : before
                #expect(abs(value - expected) <= 1e-6 * abs(before))
            }
        }
    }

    @Test("refuse another's state, and name what is wrong with it")
    func refusals() throws {
        let (adamW, sgd) = (Kind.adamW.make(start).state, Kind.sgd.make(start).state)
        func complaint(_ state: OptimizerState) -> String {
            var optimizer = AdamW(for: start, decay: 0)
            let before = optimizer
            do {
                try optimizer.restore(state)
                return ""
            } catch {
                #expect(optimizer == before)
                return error.description
            }
        }
        func changed(step: Int = 1, _ change: (inout [String: NamedArrays]) -> Void) -> OptimizerState {
            var slots = adamW.slots
            change(&slots)
            return OptimizerState(kind: "adamw", step: step, slots: slots)
        }
        #expect(complaint(adamW) == "")
        #expect(complaint(sgd) == "array of adamw cannot be taken from sgd")
        #expect(complaint(changed(step: -1) { _ in }).contains("-1 steps"))
        #expect(complaint(changed { $0["squares"] = nil }) == "array adamw.squares is missing")
        #expect(complaint(changed { $0["more"] = $0["means"] }).contains("adamw.more"))
        #expect(complaint(changed { $0["means"] = NamedArrays([]) }) == "array stem.weight is missing")
        let negative = complaint(changed { $0["squares"]?.values[3][0] = -1 })
        #expect(negative == "array squares of depth.weight has a value below zero")
        let infinite = complaint(changed { $0["means"]?.values[3][0] = .infinity })
        #expect(infinite == "array depth.weight holds a value that is no number")
    }

    @Test("clipping leaves gradients alone that are no numbers, and says so")
    func clippingNaN() {
        var gradients = NamedArrays([("a", [3], [1, .nan, 2])])
        #expect(gradients.clip(toLength: 1).isNaN)
        #expect(gradients.values[0][0] == 1)
    }
}
