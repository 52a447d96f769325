internal import Synchronization
internal import Tensors

/// A step of our own with its tensors, ready to run: what `BoundKernel` is for kernels.
final class BoundFunction: Sendable {
    private let places: Mutex<[TensorPlace?]>
    private let body: @Sendable ([TensorPlace]) -> Void

    /// - Parameters:
    ///   - places: of its tensors; nil for those that are bound later, and may be bound again.
    init(_ places: [TensorPlace?], _ body: @escaping @Sendable ([TensorPlace]) -> Void) {
        self.places = Mutex(places)
        self.body = body
    }

    /// Binds a place to a tensor in the place of the one before.
    func bind(_ index: Int, to place: TensorPlace) { self.places.withLock { $0[index] = place } }

    /// Computes.
    func run() { self.body(self.places.withLock { $0.compactMap { $0 } }) }
}
