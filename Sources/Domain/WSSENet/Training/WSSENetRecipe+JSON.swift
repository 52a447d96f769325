private import FoundationEssentials
import Learning

/// A recipe as a text, and a recipe that a text changes: what people and other programs order a training with.
extension WSSENetRecipe {
    /// All of it as a JSON object, in one way only.
    package var json: String { ModelTexts.json(self) }

    /// A recipe that is another one but for what a text names.
    ///
    /// - Parameters:
    ///   - base: has what the text leaves open.
    ///   - json: an object with some of the recipe's keys, as `{"detailSteps": 500, "weights": {"outline": 0.2, …}}`.
    /// - Throws: `WSSENetError.badRecipe`, which says what is wrong: no JSON object, a key that there is not, a value of
    ///   another kind or out of its range.
    package init(_ base: WSSENetRecipe, changedBy json: String) throws(WSSENetError) {
        // A number that may be absent is there, so that it is a key.
        var example = base
        example.maximumLength = example.maximumLength ?? 1
        guard case .object(let known)? = RecipeValue(json: example.json),
            case .object(var all)? = RecipeValue(json: base.json),
            case .object(let changes)? = RecipeValue(json: json)
        else { throw .badRecipe("the text is no JSON object of numbers, truth values and objects") }
        if let stranger = RecipeValue.firstStranger(of: changes, among: known) {
            throw .badRecipe("there is no \(stranger)")
        }
        // One after the other, so that the first that does not fit can be named.
        self = base
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            RecipeValue.merge([key: value], into: &all)
            let text = ModelTexts.json(RecipeValue.object(all))
            guard let changed = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
                throw .badRecipe("\(key) is of another kind")
            }
            self = changed
        }
        if let flaw { throw .badRecipe(flaw) }
    }
}

/// What stands in a recipe's text, before it is known whether it is a recipe.
private enum RecipeValue: Codable {
    case flag(Bool)
    case whole(UInt64)
    case real(Double)
    case nothing
    case object([String: RecipeValue])

    init?(json: String) {
        guard let value = try? JSONDecoder().decode(Self.self, from: Data(json.utf8)) else { return nil }
        self = value
    }

    init(from decoder: any Decoder) throws {
        if let object = try? [String: RecipeValue](from: decoder) {
            self = .object(object)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .nothing
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let whole = try? value.decode(UInt64.self) {
            self = .whole(whole)
        } else {
            self = .real(try value.decode(Double.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try value.encode(flag)
        case .whole(let whole): try value.encode(whole)
        case .real(let real): try value.encode(real)
        case .nothing: try value.encodeNil()
        case .object(let object): try value.encode(object)
        }
    }

    /// A key that nothing has, as `weights.liver`.
    static func firstStranger(
        of changes: [String: RecipeValue],
        among known: [String: RecipeValue]
    ) -> String? {
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            guard let place = known[key] else { return key }
            guard case .object(let inner) = value, case .object(let there) = place else { continue }
            if let stranger = firstStranger(of: inner, among: there) { return "\(key).\(stranger)" }
        }
        return nil
    }

    static func merge(_ changes: [String: RecipeValue], into all: inout [String: RecipeValue]) {
        for (key, value) in changes {
            if case .object(let inner) = value, case .object(var there)? = all[key] {
                merge(inner, into: &there)
                all[key] = .object(there)
            } else {
                all[key] = value
            }
        }
    }
}
