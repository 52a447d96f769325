import LinearAlgebra
package import Lungs
private import Synchronization

extension Descriptor {
    /// A method that looks at one slice after the other, on several threads.
    package init(
        _ name: String,
        fittedPatients: Set<String> = [],
        threadCount: Int,
        each: @escaping @Sendable (LungCrop) -> [Float]
    ) {
        self.init(name, fittedPatients: fittedPatients) { crops in
            mapped(crops, threadCount: threadCount, each)
        }
    }

    /// The grey values of 32 x 32 pixels, minus their mean.
    package static func pixels(threadCount: Int = 1) -> Descriptor {
        Descriptor("pixels 32 x 32", threadCount: threadCount) {
            centered(pooled($0.image, side: thumbnailSide))
        }
    }

    /// The lungs' masks alone, of 32 x 32 pixels each: the cosine says how far they overlap.
    package static func masks(threadCount: Int = 1) -> Descriptor {
        Descriptor("masks 32 x 32", threadCount: threadCount) {
            pooled($0.left, side: thumbnailSide) + pooled($0.right, side: thumbnailSide)
        }
    }

    /// A direction drawn by the slice's own bits: what chance reaches.
    package static func random(seed: UInt64 = 1) -> Descriptor {
        Descriptor("random", threadCount: 1) { crop in
            var mixed = seed
            for value in crop.image { mixed = (mixed ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3 }
            var generator = SeededGenerator(seed: mixed)
            return (0..<64).map { _ in generator.normal() }
        }
    }
}

/// Each element's result, in order, made on several threads.
func mapped<Element: Sendable, Output: Sendable>(
    _ elements: [Element],
    threadCount: Int,
    _ body: @Sendable (Element) -> Output
) -> [Output] {
    guard threadCount > 1, elements.count > 1 else { return elements.map(body) }
    // Few large pieces: a lock for each element would cost more than a small body.
    let piece = max(1, elements.count / (8 * threadCount))
    let pieceCount = (elements.count + piece - 1) / piece
    let results = Mutex<[Int: [Output]]>([:])
    inParallel(pieceCount, threadCount: threadCount) { index in
        let range = index * piece..<min((index + 1) * piece, elements.count)
        let found = elements[range].map(body)
        results.withLock { $0[index] = found }
    }
    let found = results.withLock { $0 }
    return (0..<pieceCount).flatMap { found[$0] ?? [] }
}
