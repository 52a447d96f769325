import ImageCodecs
import Labeling
import Learning
import Lungs
import TestKit
import Tomography

/// The lung slices of `shared/data/ct`, each with its place in the body.
struct RealSlices {
    struct Slice {
        let patient: String
        let series: String
        let offset: Double
        /// 0 apex to 1 base; nil for single slices.
        let level: Double?
        let crop: LungCrop
    }

    let slices: [Slice]

    /// A series of at most so many slices counts as single slices, as in the prototype.
    private static let singlesMaximum = 8
    private static let singleSquareCentimeters = 30.0

    /// Decodes, segments and crops everything: about 15 s; with a limit, the first so many slices.
    init(limit: Int = .max) throws {
        let manifest = String(decoding: try SharedData.bytes("manifest.csv"), as: UTF8.self)
        var series: [String: [(path: String, patient: String, offset: Double)]] = [:]
        for line in manifest.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let folder = fields[0].split(separator: "/").dropLast().joined(separator: "/")
            series[folder, default: []].append((fields[0], fields[2], Double(fields[7]) ?? 0))
        }
        var slices: [Slice] = []
        for (name, files) in series.sorted(by: { $0.key < $1.key }) where slices.count < limit {
            let cropped = try files.map { try Self.crop(path: $0.path) }
            let isSingle = files.count <= Self.singlesMaximum
            let levels =
                isSingle
                ? [Double?](repeating: nil, count: files.count)
                : sequenceLevel(zip(files, cropped).map { ($0.offset, $1.area) })
            for (index, file) in files.enumerated() {
                let least = isSingle ? Self.singleSquareCentimeters : LungLimits.containsLungSquareCentimeters
                guard let crop = cropped[index].crop, cropped[index].area >= least,
                    isSingle || levels[index] != nil
                else { continue }
                slices.append(
                    Slice(
                        patient: file.patient,
                        series: name,
                        offset: file.offset,
                        level: levels[index],
                        crop: crop
                    )
                )
            }
        }
        self.slices = Array(slices.prefix(limit))
    }

    private static func crop(path: String) throws -> (area: Double, crop: LungCrop?) {
        let object = try decodeObject(try SharedData.bytes(path))
        let spacing = object.spacing.map {
            PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
        }
        guard
            let slice = CTSlice(
                rows: object.rows,
                columns: object.columns,
                scale: .hounsfield,
                spacing: spacing,
                values: object.values
            )
        else { return (0, nil) }
        let segmentation = LungSegmenter().segment(slice)
        return (segmentation.areaSquareCentimeters, lungCrop(of: slice, segmentation: segmentation))
    }

    /// Labels everything but one patient.
    func labels(without patient: String, seed: UInt64) throws -> (training: TrainingSide, test: TrainingSide)
    {
        let pool = slices.filter { $0.patient != patient }
        let members = pool.enumerated().map { index, slice in
            LabelingMember(
                id: [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)],
                patient: Array(slice.patient.utf8),
                series: Array(slice.series.utf8),
                offsetMillimeters: slice.offset,
                crop: slice.crop
            )
        }
        let set = try labelDataSet(
            members: members,
            recipe: LabelingRecipe(seed: seed),
            progress: { _ in },
            isCancelled: { false }
        )
        return (
            TrainingSide(set, pool.map(\.crop), isTest: false),
            TrainingSide(set, pool.map(\.crop), isTest: true)
        )
    }

    /// The level figures of science.md, section D: queries are one patient's slices, the gallery the other patients'
    /// but the one whose header's places are wrong.
    ///
    /// - Returns: mean error of the first hit's level, and mean average precision for hits within 0.05.
    func levelFigures(
        of model: EmbeddingModel,
        patient: String,
        weights: [Float] = EmbeddingPart.standard.map(\.weight)
    ) -> (error: Double, precision: Double) {
        let vectors = slices.map { $0.level == nil ? [] : model.embed($0.crop) }
        let gallery = slices.indices.filter {
            slices[$0].level != nil && slices[$0].patient != patient
                && slices[$0].patient != "LungFCP-01-0001"
        }
        var (errors, precisions): ([Double], [Double]) = ([], [])
        for query in slices.indices where slices[query].patient == patient {
            guard let level = slices[query].level else { continue }
            let ranked = gallery.map {
                (Self.distance(vectors[query], vectors[$0], model.parts, weights), $0)
            }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            let differences = ranked.map { abs((slices[$0.1].level ?? .infinity) - level) }
            errors.append(differences.first ?? .nan)
            let hits = differences.indices.filter { differences[$0] <= 0.05 }
            guard !hits.isEmpty else { continue }
            let sum = hits.enumerated().reduce(0.0) { $0 + Double($1.offset + 1) / Double($1.element + 1) }
            precisions.append(sum / Double(hits.count))
        }
        return (
            errors.reduce(0, +) / Double(errors.count), precisions.reduce(0, +) / Double(precisions.count)
        )
    }

    private static func distance(
        _ a: [Float],
        _ b: [Float],
        _ parts: [EmbeddingPart],
        _ weights: [Float]
    ) -> Float {
        var (sum, start): (Float, Int) = (0, 0)
        for (part, weight) in zip(parts, weights) {
            for index in start..<start + part.count {
                sum += weight * (a[index] - b[index]) * (a[index] - b[index])
            }
            start += part.count
        }
        return sum
    }
}

extension TrainingSide {
    /// One side of a labeled set, its members counted anew.
    init(_ set: LabeledDataSet, _ crops: [LungCrop], isTest: Bool) {
        let chosen = set.members.indices.filter { set.members[$0].isTest == isTest }
        var place = [Int](repeating: -1, count: set.members.count)
        for (new, old) in chosen.enumerated() { place[old] = new }
        self.init(
            samples: chosen.map {
                TrainingSample(id: set.members[$0].id, patient: set.members[$0].patient, crop: crops[$0])
            },
            pairs: set.pairs.filter { set.members[$0.first].isTest == isTest }.map {
                TrainingPair(
                    first: place[$0.first],
                    second: place[$0.second],
                    outlineSimilarity: $0.outlineSimilarity,
                    detailSimilarity: $0.detailSimilarity,
                    grade: $0.grade
                )
            }
        )
    }
}
