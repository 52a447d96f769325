private import CShippedModel

/// The model that comes with the program: made of phantoms, so that searches work before anything was trained.
package enum ShippedModel {
    /// The model's file.
    package static var bytes: [UInt8] {
        var count = 0
        // SAFETY: C's array has `count` bytes and lives as long as the program.
        return unsafe Array(UnsafeBufferPointer(start: carina_shipped_model(&count), count: count))
    }
}
