import Testing

/// The folders say which floor a module stands on, and a module rests only on what is below it.
@Suite("Floors")
struct FloorTests {
    let package: PackageDescriptionFile

    init() throws {
        self.package = try PackageDescriptionFile.load()
    }

    @Test("every dependency points down, or sideways within a floor of the library")
    func dependenciesPointDown() throws {
        let floors = Dictionary(uniqueKeysWithValues: self.package.targets.map { ($0.name, $0.floor) })
        for target in self.package.targets {
            guard let floor = target.floor else { continue }
            for name in target.dependencies.compactMap(\.name) {
                guard let lower = floors[name] ?? nil else { continue }
                // Cores never know each other: services meet only on the wire. (SwiftPM itself refuses circles.)
                let isSidewaysInLibrary = lower == floor && floor < 4
                #expect(
                    lower < floor || isSidewaysInLibrary,
                    "\(target.name) (\(floor)) -> \(name) (\(lower))"
                )
            }
        }
    }

    @Test("the science knows no socket, database, service or clock")
    func domainIsPure() throws {
        let forbidden: Set = [
            "CNNG", "Contracts", "Dispatch", "GRDB", "Logging", "Messaging", "NIOCore", "NIOPosix",
            "ServiceKit",
            "Storage", "Wire",
        ]
        for file in try Repository.files(below: "Sources/Domain", suffix: ".swift") {
            #expect(forbidden.isDisjoint(with: Repository.imports(of: file.text)), "\(file.path)")
            let readsClock = file.text.contains("ContinuousClock") || file.text.contains("Date()")
            #expect(!readsClock, "\(file.path) reads a clock")
        }
    }

    @Test("our Swift targets are in Swift 6 mode and treat warnings as errors")
    func settings() {
        for target in self.package.targets where target.floor != 0 {
            let kinds = target.settings.map(\.kind)
            #expect(kinds.contains { $0["swiftLanguageMode"]?["_0"] == "6" }, "\(target.name)")
            #expect(kinds.contains { $0["treatAllWarnings"]?["_0"] == "error" }, "\(target.name)")
        }
    }

    @Test("a main only wires")
    func mainsAreShort() throws {
        for file in try Repository.files(below: "Services", suffix: ".swift")
        where file.path.contains("/Main/") {
            #expect(file.text.split(separator: "\n").count <= 60, "\(file.path) is longer than 60 lines")
        }
    }
}
