import Testing

// SwiftPM looks for tests of XCTest through an index store at .build/release/index, where our program `index` lies.
// There is none of XCTest here: this main runs Swift Testing alone, and no store is needed (see FLAGS in the Makefile).
@main
struct TestRunner {
    static func main() async { await Testing.__swiftPMEntryPoint() as Never }
}
