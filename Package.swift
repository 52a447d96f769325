// swift-tools-version: 6.2
import PackageDescription

// MARK: Settings

/// Every target of ours: Swift 6 mode, warnings are errors, imports say how far they reach.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]
let strict = common + [.strictMemorySafety()]

// MARK: External packages

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

// MARK: Floors

/// Floor 0: a C library as the system has it.
func system(_ name: String) -> Target {
    .systemLibrary(name: name, path: "Sources/System/\(name)")
}

/// Floor 0: our own thin C or C++ over a library, or a hot kernel.
func shim(_ name: String, _ linked: [String] = [], exclude: [String] = []) -> Target {
    .target(
        name: name,
        path: "Sources/System/\(name)",
        exclude: exclude,
        linkerSettings: linked.map { .linkedLibrary($0) }
    )
}

/// Floors 1 to 3 and the rooms beside them.
func module(
    _ name: String,
    in floor: String,
    _ dependencies: [Target.Dependency] = [],
    exclude: [String] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(floor)/\(name)",
        exclude: exclude,
        swiftSettings: strict
    )
}

/// Floors 4 and 5: what a service does, and a main which only wires.
func service(_ name: String, _ dependencies: [Target.Dependency]) -> [Target] {
    [
        .target(
            name: "\(name)Core",
            dependencies: dependencies,
            path: "Services/\(name)/Core",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "\(name)Main",
            dependencies: [.target(name: "\(name)Core"), "ServiceKit"],
            path: "Services/\(name)/Main",
            swiftSettings: strict
        ),
    ]
}

/// Tests stand where their subject stands: `Tests/Platform/WireTests` tests `Sources/Platform/Wire`.
func tests(
    of name: String,
    in folder: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = []
) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies,
        path: "Tests/\(folder)/\(name)Tests",
        exclude: exclude,
        swiftSettings: common
    )
}

let floor0: [Target] = [
    system("CNNG"),
    system("COpenBLAS"),
    system("COneDNN"),
    shim("CJPEG", ["jpeg"]),
    shim("CPNG", ["png"]),
    shim("CDCMTK", ["dcmimgle", "dcmjpeg", "dcmjpls", "dcmdata", "oflog", "ofstd", "openjp2"]),
    shim("CChecksum"),
    shim("CFiles"),
    shim("CProcess"),
    shim("CKernels"),
    // The model's bytes are embedded by the C file.
    shim("CShippedModel", exclude: ["model.safetensors"]),
]

let platform: [Target] = [
    module("Wire", in: "Platform", ["CChecksum"]),
    module("Messaging", in: "Platform", ["CNNG"]),
    module("Storage", in: "Platform", [crypto, grdb, "CFiles", "Wire"]),
    module("LinearAlgebra", in: "Platform", ["COpenBLAS", "CKernels"]),
    module("Tensors", in: "Platform", ["COneDNN"]),
    module("ImageCodecs", in: "Platform", ["CJPEG", "CPNG", "CDCMTK"]),
    module("Processes", in: "Platform", ["CProcess"]),
    module("LineProtocol", in: "Platform", [logging, nioCore, nioPosix, nioTLS]),
]

let domain: [Target] = [
    module("Tomography", in: "Domain"),
    module("Lungs", in: "Domain", ["Tomography"], exclude: ["README.md"]),
    module("Orientation", in: "Domain", ["Tomography", "Lungs", "LinearAlgebra"]),
    module(
        "Learning",
        in: "Domain",
        ["LinearAlgebra", "Tensors", crypto],
        exclude: ["README.md"]
    ),
    module(
        "Registration",
        in: "Domain",
        ["Learning", "LinearAlgebra", "Lungs", "Orientation", "Tensors"],
        exclude: ["README.md"]
    ),
    module("Labeling", in: "Domain", ["LinearAlgebra", "Registration"], exclude: ["README.md"]),
    module("Lesions", in: "Domain", ["LinearAlgebra", "Lungs"]),
    module(
        "WSSENet",
        in: "Domain",
        ["CShippedModel", "Learning", "Lesions", "LinearAlgebra", "Lungs", "Orientation", "Tensors"],
        exclude: ["README.md"]
    ),
    module(
        "Evaluation",
        in: "Domain",
        ["Lesions", "LinearAlgebra", "Lungs", "Orientation", "Tomography"],
        exclude: ["README.md"]
    ),
    module(
        "Experiments",
        in: "Domain",
        ["Evaluation", "Labeling", "LinearAlgebra", "Lungs", "Registration", "WSSENet"],
        exclude: ["README.md"]
    ),
    module("Neighbors", in: "Domain", ["LinearAlgebra"], exclude: ["README.md"]),
    module("Rendering", in: "Domain", ["Tomography", "Lungs"]),
]

let runtime: [Target] = [
    module("Contracts", in: "Runtime", ["Wire", "Messaging", "Tomography", "Lungs"]),
    module("Snapshots", in: "Runtime", ["Contracts", "Neighbors", "Storage", "Wire"]),
    module(
        "ServiceKit",
        in: "Runtime",
        [
            "Contracts", "Messaging", "Processes", "Storage", "Wire", configuration, hummingbird, lifecycle,
            logging, nioCore,
        ]
    ),
]

let testing: [Target] = [
    module("Phantom", in: "Testing", ["ImageCodecs", "Tomography"]),
    module(
        "PhantomArchive",
        in: "Testing",
        ["Contracts", "Lungs", "Messaging", "Phantom", "ServiceKit", "Storage", "Tomography", "Wire"]
    ),
    module("TestKit", in: "Testing", ["Messaging"]),
    module(
        "RealSlices",
        in: "Testing",
        ["ImageCodecs", "LinearAlgebra", "Lungs", "TestKit", "Tomography"]
    ),
]

let kit: [Target.Dependency] = ["Contracts", "ServiceKit", "Storage", "Wire", "Messaging", logging]

let services: [Target] =
    service("Ingest", kit + ["ImageCodecs", "Lungs", "Processes", "Rendering", "Tomography"])
    + service(
        "Labeler",
        kit + [
            "ImageCodecs", "Labeling", "Learning", "LinearAlgebra", "Lungs", "Registration", "Rendering",
            "Tomography",
        ]
    )
    + service(
        "Trainer",
        kit + [
            "ImageCodecs", "Learning", "LinearAlgebra", "Lungs", "Rendering", "Tomography", "WSSENet",
        ]
    )
    + service("Embedder", kit + ["Learning", "Lungs", "Tomography", "WSSENet"])
    + service("Index", kit + ["Neighbors", "Snapshots"])
    + service("Gateway", kit + [lifecycle, nioCore, "LineProtocol", "Tomography"])
    + service(
        "Carina",
        kit + [
            argumentParser, "Evaluation", "Experiments", "ImageCodecs", "Labeling", "LineProtocol",
            "LinearAlgebra", "Lungs", "Phantom", "Processes", "Rendering", "Snapshots", "Tomography",
            "WSSENet",
        ]
    )

let allTests: [Target] = [
    tests(of: "Wire", in: "Platform", ["TestKit", "Wire"]),
    tests(of: "Messaging", in: "Platform", ["Messaging", "TestKit"]),
    tests(of: "Storage", in: "Platform", ["Storage", "TestKit", "Wire"]),
    tests(of: "LinearAlgebra", in: "Platform", ["LinearAlgebra"]),
    tests(of: "Tensors", in: "Platform", ["Tensors"]),
    tests(of: "ImageCodecs", in: "Platform", ["ImageCodecs", "TestKit"]),
    tests(of: "Processes", in: "Platform", ["Processes"]),
    tests(of: "LineProtocol", in: "Platform", ["LineProtocol", "TestKit", logging, nioCore, nioPosix]),
    tests(of: "Tomography", in: "Domain", ["Tomography"]),
    tests(of: "Lungs", in: "Domain", ["ImageCodecs", "Lungs", "Phantom", "TestKit", "Tomography"]),
    tests(of: "Orientation", in: "Domain", ["Orientation", "Lungs", "Tomography", "TestKit"]),
    tests(
        of: "Registration",
        in: "Domain",
        [
            "Learning", "LinearAlgebra", "Lungs", "Orientation", "Phantom", "Registration", "Tensors",
            "TestKit",
            "Tomography",
        ]
    ),
    tests(
        of: "Labeling",
        in: "Domain",
        ["Labeling", "Learning", "LinearAlgebra", "Lungs", "RealSlices", "Registration", "TestKit"]
    ),
    tests(of: "Lesions", in: "Domain", ["Lesions", "LinearAlgebra", "Lungs"]),
    tests(
        of: "WSSENet",
        in: "Domain",
        [
            "Learning", "Lesions", "LinearAlgebra", "Lungs", "Orientation", "RealSlices", "Tensors",
            "TestKit",
            "WSSENet",
        ],
        exclude: ["Golden"]
    ),
    tests(
        of: "Evaluation",
        in: "Domain",
        ["Evaluation", "LinearAlgebra", "Lungs", "Phantom", "RealSlices", "TestKit", "Tomography"]
    ),
    tests(
        of: "Experiments",
        in: "Domain",
        [
            "Evaluation", "Experiments", "Labeling", "Lungs", "Phantom", "Registration", "Tomography",
            "WSSENet",
        ]
    ),
    tests(
        of: "Learning",
        in: "Domain",
        [
            "Learning", "LinearAlgebra", "Lungs", "RealSlices", "Tensors", "TestKit",
        ],
        exclude: ["Golden"]
    ),
    tests(of: "Neighbors", in: "Domain", ["Neighbors", "LinearAlgebra"]),
    tests(of: "Rendering", in: "Domain", ["Rendering", "Lungs", "Tomography"]),
    tests(of: "Contracts", in: "Runtime", ["Contracts", "Messaging", "TestKit", "Tomography", "Wire"]),
    tests(
        of: "Snapshots",
        in: "Runtime",
        ["Contracts", "Neighbors", "Snapshots", "Storage", "TestKit", "Wire"]
    ),
    tests(
        of: "ServiceKit",
        in: "Runtime",
        ["ServiceKit", "Contracts", "Messaging", "Storage", "TestKit", "Wire"]
    ),
    tests(of: "Phantom", in: "Testing", ["Phantom", "ImageCodecs", "Tomography"]),
    tests(
        of: "Index",
        in: "Services",
        [
            "IndexCore", "Contracts", "Messaging", "Neighbors", "ServiceKit", "Snapshots", "Storage",
            "TestKit", "Wire", logging,
        ]
    ),
    tests(of: "TestKit", in: "Testing", ["TestKit", "Messaging"]),
    tests(
        of: "Gateway",
        in: "Services",
        [
            "GatewayCore", "Contracts", "LineProtocol", "Messaging", "ServiceKit", "Storage", "TestKit",
            "Tomography", "Wire", logging,
        ]
    ),
    tests(
        of: "Carina",
        in: "Services",
        [
            "CarinaCore", "Contracts", "Evaluation", "Experiments", "GatewayCore", "ImageCodecs",
            "LineProtocol", "Lungs", "Neighbors", "Phantom", "Processes", "Rendering",
            "Snapshots", "TestKit", "Wire", argumentParser, logging, nioCore,
        ]
    ),
    tests(
        of: "Labeler",
        in: "Services",
        [
            "LabelerCore", "Contracts", "ImageCodecs", "Labeling", "Lungs", "Messaging", "PhantomArchive",
            "ServiceKit", "Storage", "TestKit", "Wire",
        ]
    ),
    tests(
        of: "Trainer",
        in: "Services",
        [
            "TrainerCore", "LabelerCore", "Contracts", "ImageCodecs", "Lungs", "Messaging", "PhantomArchive",
            "ServiceKit", "Storage", "TestKit", "WSSENet", "Wire",
        ]
    ),
    tests(
        of: "Ingest",
        in: "Services",
        [
            "IngestCore", "Contracts", "ImageCodecs", "Messaging", "Phantom", "Processes", "ServiceKit",
            "Storage", "TestKit", "Tomography", "Wire", logging,
        ]
    ),
    tests(
        of: "Embedder",
        in: "Services",
        [
            "EmbedderCore", "Contracts", "Learning", "LinearAlgebra", "Lungs", "Messaging", "PhantomArchive",
            "ServiceKit", "Storage", "TestKit", "Tomography", "WSSENet", "Wire",
        ]
    ),
    // Starts the programs themselves, which `swift build --build-tests` has built beside the tests.
    tests(
        of: "EndToEnd",
        in: "EndToEnd",
        [argumentParser, "CarinaCore", "LineProtocol", "Phantom", "Processes", "TestKit", "WSSENet"]
    ),
    tests(of: "Architecture", in: "Architecture", []),
]

/// `make bench`: beside the tests, for it measures and does not judge.
let benchmarks = Target.executableTarget(
    name: "CarinaBenchmarks",
    dependencies: [
        argumentParser, "Evaluation", "Experiments", "ImageCodecs", "Labeling", "Learning", "LinearAlgebra",
        "Lungs", "Neighbors", "Orientation", "Phantom", "Processes", "RealSlices", "Registration", "Storage",
        "Tensors", "TestKit", "Tomography", "WSSENet",
    ],
    path: "Tests/Benchmarks",
    // Beside the Swift of `make bench-index`, `bench-labels` and others: what measures the peers and draws.
    exclude: ["bench.py", "ours.py", "peers.py", "report.py", "requirements.txt"].map { "Index/\($0)" }
        + ["bench.py", "peer.py", "requirements.txt"].map { "Labels/\($0)" }
        + ["bench.py", "peers.py", "requirements.txt"].map { "Learning/\($0)" } + ["Throughput/bench.py"],
    swiftSettings: common
)

let package = Package(
    name: "carina",
    products: ["Ingest", "Labeler", "Trainer", "Embedder", "Index", "Gateway", "Carina"].map {
        .executable(name: $0.lowercased(), targets: ["\($0)Main"])
    } + [.executable(name: "carina-benchmarks", targets: ["CarinaBenchmarks"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration",
            from: "1.4.0",
            traits: [.defaults, "CommandLineArguments"]
        ),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: floor0 + platform + domain + runtime + testing + services + allTests + [benchmarks],
    cxxLanguageStandard: .cxx17
)
