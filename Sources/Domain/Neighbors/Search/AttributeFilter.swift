/// A condition on one attribute, tested inside the search.
///
/// Two values that are both numbers are compared as numbers, all others as text by their UTF-8 bytes.
/// An item without the attribute meets `notEqual` and nothing else.
package struct AttributeFilter: Sendable, Equatable {
    /// How the item's value stands to the filter's.
    package enum Comparison: Sendable, CaseIterable {
        case equal
        case notEqual
        case atMost
        case atLeast
    }

    /// The attribute's name.
    package var key: String
    /// How it is compared.
    package var comparison: Comparison
    /// What it is compared with.
    package var value: String

    /// The condition `attribute comparison value`.
    package init(key: String, comparison: Comparison, value: String) {
        self.key = key
        self.comparison = comparison
        self.value = value
    }

    /// Whether an item with this value (nil: without the attribute) meets the condition.
    package func holds(for value: String?) -> Bool {
        guard let value else { return self.comparison == .notEqual }
        if let a = finiteNumber(value), let b = finiteNumber(self.value) {
            return self.compare(a, b)
        }
        // Not `<` of String: its order follows Unicode's normal forms, ours the bytes on the wire.
        if Array(value.utf8) == Array(self.value.utf8) {
            return self.comparison != .notEqual
        }
        let isBefore = value.utf8.lexicographicallyPrecedes(self.value.utf8)
        switch self.comparison {
        case .equal: return false
        case .notEqual: return true
        case .atMost: return isBefore
        case .atLeast: return !isBefore
        }
    }

    private func compare(_ a: Double, _ b: Double) -> Bool {
        switch self.comparison {
        case .equal: a == b
        case .notEqual: a != b
        case .atMost: a <= b
        case .atLeast: a >= b
        }
    }

    private func finiteNumber(_ text: String) -> Double? {
        guard let number = Double(text), number.isFinite else { return nil }
        return number
    }
}
