import Contracts
import TestKit
import Tomography
import Wire

/// Compares what was read with the fields that a golden vector lists, property by property.
///
/// The properties of our structs bear the registry's names, so a mirror of a struct is its JSON.
enum GoldenComparison {
    /// The first property that differs, as a path; nil when all are the same.
    static func difference(_ value: Any, _ golden: GoldenValue, at path: String = "") -> String? {
        switch value {
        case let number as any BinaryInteger: return golden == .integer(Int128(number)) ? nil : path
        case let number as Float: return real(golden) == Double(number) ? nil : path
        case let number as Double: return real(golden) == number ? nil : path
        case let flag as Bool: return golden == .bool(flag) ? nil : path
        case let text as String: return golden == .text(text) ? nil : path
        // An empty list of anything passes as one of bytes: the vector says which it is.
        case let bytes as [UInt8] where golden.text != nil:
            return golden == .text(hexadecimal(bytes)) ? nil : path
        case let identifier as Identifier: return golden == .text(identifier.hex) ? nil : path
        case let fingerprint as Fingerprint: return golden == .text(fingerprint.hex) ? nil : path
        case let code as RefusalCode: return golden == .integer(Int128(code.rawValue)) ? nil : path
        case let slice as SlicePixels: return difference(slice.ctSlice, golden, at: path)
        case let event as NodeStateChanged: return difference(event.state, golden, at: path)
        default: return structural(Mirror(reflecting: value), value, golden, path)
        }
    }

    private static func structural(
        _ mirror: Mirror,
        _ value: Any,
        _ golden: GoldenValue,
        _ path: String
    ) -> String? {
        switch mirror.displayStyle {
        case .optional:
            guard let wrapped = mirror.children.first?.value else { return golden == .null ? nil : path }
            return golden == .null ? path : difference(wrapped, golden, at: path)
        case .enum:
            return golden == .text("\(value)") ? nil : path
        case .collection:
            guard let list = golden.list, list.count == mirror.children.count else { return path + ".count" }
            return zip(mirror.children, list).enumerated().lazy
                .compactMap { index, pair in difference(pair.0.value, pair.1, at: "\(path)[\(index)]") }
                .first
        case .struct:
            return fields(mirror, golden, path)
        default:
            return path + " is of a kind that the comparison does not know"
        }
    }

    private static func fields(_ mirror: Mirror, _ golden: GoldenValue, _ path: String) -> String? {
        guard case .object(var expected) = golden else { return path }
        for child in mirror.children {
            let name = child.label ?? ""
            if let kind = child.value as? MessageKind {
                guard expected.removeValue(forKey: "service") == .integer(Int128(kind.service.rawValue)),
                    expected.removeValue(forKey: "operation") == .integer(Int128(kind.operation.rawValue))
                else { return "\(path).kind" }
                continue
            }
            guard let field = expected.removeValue(forKey: name) else {
                // A vector from before a tagged field does not list it, nor may its bytes hold it.
                if isNone(child.value) { continue }
                return "\(path).\(name) is not there"
            }
            if let difference = difference(child.value, field, at: "\(path).\(name)") { return difference }
        }
        return expected.isEmpty ? nil : "\(path) lacks \(expected.keys.sorted())"
    }

    private static func isNone(_ value: Any) -> Bool {
        let mirror = Mirror(reflecting: value)
        return mirror.displayStyle == .optional && mirror.children.isEmpty
    }

    /// Whether the options are those that the vector lists.
    static func isEqual(_ options: RequestOptions, _ golden: GoldenValue) -> Bool {
        golden["deadline"]?.integer == options.deadline.map { Int128($0) }
            && golden["traceParent"]?.text == options.traceParent.map { hexadecimal($0) }
            && golden["fingerprint"]?.text == options.fingerprint?.hex
    }

    private static func real(_ golden: GoldenValue) -> Double? {
        switch golden {
        case .real(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
