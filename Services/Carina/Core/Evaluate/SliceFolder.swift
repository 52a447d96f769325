import Evaluation
import Experiments
import ImageCodecs
import LinearAlgebra
import Lungs
import Synchronization
import Tomography

/// The slices of a folder on this machine, decoded and segmented without any service.
struct SliceFolder: Sendable {
    /// In the order of their paths, a slice that lies there twice once only.
    let found: [FoundSlice]
    /// (found): where each lies.
    let paths: [String]
    /// Files that were passed over, by reason.
    let refused: [(reason: String, count: Int)]
    /// Files that lie there and that were read: fewer where there are more than the limit.
    let fileCount, readCount: Int
    /// Slices that the truth table says something of.
    let namedCount: Int

    private struct Entry: Sendable {
        let slice: FoundSlice
        let object: String?
        let isNamed: Bool
    }

    /// Reads a folder with all that is below it.
    ///
    /// - Parameter limit: of more files every so-manyth is read.
    /// - Throws: `CommandLineFailure` when it is not there or holds no slice.
    init(_ folder: String, truth: TruthTable?, limit: Int, threads: Int, progress: ProgressBar) throws {
        let files = try Uploads.files(below: [folder])
        guard !files.isEmpty else { throw CommandLineFailure("there is no file in '\(folder)'") }
        let read = thinned(files, to: limit)
        let results = Mutex<[Int: Result<Entry, DecodingRefusal>]>([:])
        inParallel(read.count, threadCount: threads) { index in
            let entry = Self.entry(read[index], truth?[path: Self.relative(read[index], to: folder)])
            let done = results.withLock { results in
                results[index] = entry
                return results.count
            }
            if done % 10 == 0 {
                let text = "\(done) of \(read.count) files"
                progress.show("reading", share: Double(done) / Double(read.count), text)
            }
        }
        let all = results.withLock { $0 }
        var (found, paths, objects): ([FoundSlice], [String], Set<String>) = ([], [], [])
        var (refused, named): ([String: Int], Int) = ([:], 0)
        for index in read.indices {
            switch all[index] {
            case .success(let entry):
                guard entry.object.map({ objects.insert($0).inserted }) ?? true else {
                    refused["duplicate", default: 0] += 1
                    continue
                }
                if entry.isNamed { named += 1 }
                found.append(entry.slice)
                paths.append(read[index])
            case .failure(let refusal): refused[refusal.reason.rawValue, default: 0] += 1
            case nil: break
            }
        }
        (self.found, self.paths, self.fileCount, self.readCount) = (found, paths, files.count, read.count)
        (self.refused, self.namedCount) = (
            refused.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, named
        )
        progress.finish("reading", "\(found.count) slices in \(read.count) files")
        guard !found.isEmpty else {
            let reasons = self.refused.map { "\($0.reason) \($0.count)" }.joined(separator: ", ")
            throw CommandLineFailure("there is no CT slice in '\(folder)': \(reasons)")
        }
        guard truth == nil || named > 0 else {
            throw CommandLineFailure(
                "no line of the truth table fits a file of the folder: 'file' is a path below the folder"
            )
        }
    }

    /// A slice as it was before segmentation.
    ///
    /// - Parameter index: its place among those found.
    static func slice(at path: String) throws -> CTSlice? { try decoded(path).get().slice }

    /// A file's path below the folder, as a truth table names it.
    private static func relative(_ file: String, to folder: String) -> String {
        let (path, root) = (LocalFile.absolute(file), LocalFile.absolute(folder))
        return path.hasPrefix(root) ? String(path.dropFirst(root.count)) : path
    }

    private static func decoded(_ path: String) -> Result<
        (slice: CTSlice, object: DecodedObject), DecodingRefusal
    > {
        guard let bytes = LocalFile.bytes(path) else {
            return .failure(DecodingRefusal(.damaged, "unreadable"))
        }
        do {
            let object = try decodeObject(bytes)
            guard let slice = CTSlice(object) else {
                return .failure(DecodingRefusal(.damaged, "size or spacing"))
            }
            return .success((slice, object))
        } catch { return .failure(error) }
    }

    private static func entry(_ path: String, _ known: TruthTable.Entry?) -> Result<Entry, DecodingRefusal> {
        decoded(path).map { slice, object in
            let lungs = LungSegmenter().segment(slice)
            let facts = object.facts
            // The prefixes keep a name in the table from meaning an identifier of a header.
            let patient =
                known?.patient.map { "table:" + $0 } ?? object.identity?.patientID.map { "id:" + $0 }
            let pose = facts.position.flatMap { position in
                facts.directions.flatMap {
                    SlicePose(position: position, rowDirection: $0.row, columnDirection: $0.column)
                }
            }
            let slice = FoundSlice(
                crop: lungs.containsLung ? lungCrop(of: slice, segmentation: lungs) : nil,
                areaSquareCentimeters: lungs.areaSquareCentimeters,
                patient: patient,
                exam: object.identity?.studyUID,
                series: object.identity?.seriesUID,
                offsetMillimeters: pose?.offsetMillimeters ?? facts.position?.z,
                thicknessMillimeters: facts.thicknessMillimeters,
                label: known?.label
            )
            return Entry(slice: slice, object: object.identity?.sopUID, isNamed: known != nil)
        }
    }
}

extension CTSlice {
    /// The pixels of a decoded object; nil when its sizes are none.
    init?(_ object: DecodedObject) {
        self.init(
            rows: object.rows,
            columns: object.columns,
            scale: object.scale == .hounsfield ? .hounsfield : .grey8,
            spacing: object.spacing.map {
                PixelSpacing(rowMillimeters: $0.rowMillimeters, columnMillimeters: $0.columnMillimeters)
            },
            values: object.values
        )
    }
}
