internal import COneDNN

/// A kernel with its tensors, ready to run.
@safe package final class BoundKernel: @unchecked Sendable {
    // Unchecked: as `TensorMemory`.
    private let kernel: Kernel
    private var arguments: [dnnl_exec_arg_t]
    private var memories: [Role: TensorMemory]

    /// Binds a place to each role of a kernel.
    ///
    /// - Parameter open: roles that are bound later, and may be bound again.
    /// - Throws: `TensorError` if oneDNN refuses a place.
    package init(_ kernel: Kernel, _ places: [Role: TensorPlace], open: Set<Role> = []) throws(TensorError) {
        self.kernel = kernel
        self.memories = places.mapValues { $0.memory }
        unsafe self.arguments = []
        for role in kernel.roles {
            let place = places[role]
            precondition(place != nil || open.contains(role), "nothing is bound to \(role)")
            if let place { self.check(place, for: role) }
            var memory: dnnl_memory_t?
            let status = unsafe withDescriptor(of: kernel.format(role)) {
                // Without a place: no handle yet.
                unsafe dnnl_memory_create(&memory, $0, kernel.engine.engine, place?.start)
            }
            try Tensors.check(status, "memory")
            unsafe self.arguments.append(
                dnnl_exec_arg_t(arg: role.argument(isMultiple: kernel.isMultiple), memory: memory)
            )
        }
    }

    /// Binds a place to a role in the place of the one before.
    package func bind(_ role: Role, to place: TensorPlace) {
        self.check(place, for: role)
        guard let index = self.kernel.roles.firstIndex(of: role) else {
            preconditionFailure("a kernel without \(role)")
        }
        // SAFETY: the place has enough room, and its memory is kept.
        let status = unsafe dnnl_memory_set_data_handle(self.arguments[index].memory, place.start)
        precondition(status == dnnl_success, "oneDNN took no other place for \(role)")
        self.memories[role] = place.memory
    }

    private func check(_ place: TensorPlace, for role: Role) {
        let format = self.kernel.format(role)
        precondition(place.format.byteCount >= format.byteCount, "\(role) has too little room")
    }

    deinit {
        for index in unsafe self.arguments.indices {
            unsafe dnnl_memory_destroy(self.arguments[index].memory)
        }
    }

    /// Computes. Nothing is allocated.
    package func run() {
        let status = unsafe dnnl_primitive_execute(
            self.kernel.primitive,
            self.kernel.engine.stream,
            Int32(self.arguments.count),
            self.arguments
        )
        precondition(status == dnnl_success, "oneDNN failed in \(self.kernel.name): \(status.rawValue)")
    }
}
