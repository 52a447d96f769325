/// The series and the patient of items, written once for all items of a series.
struct OwnerTable: Sendable {
    /// Whose an item is.
    struct Owner: Hashable, Sendable {
        let series: NeighborID
        let patient: NeighborID
    }

    private(set) var owners = GrowingList<Owner>()

    subscript(number: UInt32) -> Owner { self.owners[Int(number)] }

    fileprivate mutating func append(_ owner: Owner) { self.owners.append(owner) }
}

/// Finds the number of an owner; only the index that writes needs it.
struct OwnerRegister: Sendable {
    private(set) var table = OwnerTable()
    private var numbers: [OwnerTable.Owner: UInt32] = [:]

    mutating func number(of owner: OwnerTable.Owner) -> UInt32 {
        if let known = self.numbers[owner] { return known }
        let number = UInt32(self.table.owners.count)
        self.table.append(owner)
        self.numbers[owner] = number
        return number
    }
}
