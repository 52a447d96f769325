import ServiceKit
import Testing
import Wire

@Suite("Settings and the command line")
struct SettingsTests {
    private static let count = Setting.integer("count", default: 3, in: 1...9, help: "how many")
    private static let share = Setting.real("share", default: 0.5, in: 0...1, help: "which part")
    private static let quiet = Setting.seconds(
        "quiet",
        default: .seconds(2),
        in: .zero ... .seconds(9),
        help: "pause"
    )
    private static let mode = Setting.choice("mode", default: "a", among: ["a", "b"], help: "how")
    private static let key = Setting.secret("api-key", help: "who")
    private static let declared: [any DeclaredSetting] = [count, share, quiet, mode, key]

    private func settings(
        options: [String: String] = [:],
        environment: [String: String] = [:],
        files: [String: String] = [:]
    ) throws -> Settings {
        try Settings(
            serviceName: "index",
            declared: Self.declared,
            options: options,
            environment: environment,
            readFile: { files[$0] }
        )
    }

    @Test("options override the environment, which overrides files' absence and defaults")
    func precedence() throws {
        let defaults = try settings()
        #expect(defaults[Self.count] == 3)
        #expect(defaults[Self.quiet] == .seconds(2))
        #expect(defaults[Self.key] == "")
        #expect(!defaults.isGiven(Self.count))

        let environment = ["CARINA_INDEX_COUNT": "5", "CARINA_INDEX_QUIET": "0.25", "CARINA_INDEX_MODE": ""]
        let fromEnvironment = try settings(environment: environment)
        #expect(fromEnvironment[Self.count] == 5)
        #expect(fromEnvironment[Self.quiet] == .milliseconds(250))
        #expect(fromEnvironment[Self.mode] == "a")

        let both = try settings(options: ["count": "7"], environment: environment)
        #expect(both[Self.count] == 7)
        #expect(both.isGiven(Self.count))

        let fromFile = try settings(
            environment: ["CARINA_INDEX_API_KEY_FILE": "/run/secrets/key"],
            files: ["/run/secrets/key": "s3cret\n"]
        )
        #expect(fromFile[Self.key] == "s3cret")
    }

    @Test(
        "values out of range and unusable files are all reported at once",
        arguments: [
            (["CARINA_INDEX_COUNT": "0"], ["count"]),
            (["CARINA_INDEX_COUNT": "10", "CARINA_INDEX_SHARE": "nan"], ["count", "share"]),
            (["CARINA_INDEX_QUIET": "1e300"], ["quiet"]),
            (["CARINA_INDEX_MODE": "c"], ["mode"]),
            (["CARINA_INDEX_API_KEY_FILE": "/absent"], ["CARINA_INDEX_API_KEY_FILE"]),
            (["CARINA_INDEX_API_KEY": "x", "CARINA_INDEX_API_KEY_FILE": "/there"], ["CARINA_INDEX_API_KEY"]),
        ]
    )
    func problems(environment: [String: String], words: [String]) throws {
        let error = #expect(throws: ConfigurationError.self) {
            try settings(environment: environment, files: ["/there": "y"])
        }
        let problems = try #require(error?.problems)
        #expect(problems.count == words.count)
        for word in words { #expect(problems.contains { $0.contains(word) }) }
    }

    @Test("the command line is read strictly, and never repeats a value")
    func commandLine() throws {
        let options = try CommandLineOptions(
            parsing: ["--count", "4", "--index.share=0.25", "--count=6"],
            serviceName: "index",
            settings: Self.declared
        )
        #expect(options.values == ["count": "6", "share": "0.25"])
        #expect(options.task == .serve)
        for arguments in [["--counts", "4"], ["--count"], ["SMITH^JOHN"], ["--api-key", "x"], ["--"]] {
            let error = #expect(throws: UsageError.self) {
                try CommandLineOptions(parsing: arguments, serviceName: "index", settings: Self.declared)
            }
            #expect(error?.description.contains("SMITH") == false)
        }
    }
}

@Suite("A service's command")
struct ServiceCommandTests {
    private let command = ServiceCommand(Bank.definition(peers: [.embedder]))

    private func outcome(_ arguments: String...) -> (code: Int32, text: String)? {
        switch command.evaluate(arguments: arguments, environment: [:]) {
        case .done(let code, let text): (code, text)
        case .serve: nil
        }
    }

    @Test("--help names every key with default and range; --version tells the release")
    func help() throws {
        let help = try #require(outcome("--help"))
        #expect(help.code == 0)
        for text in [
            "--data", "--listen", "tcp://127.0.0.1:7401", "--publish", "--health-port", "0...65535",
            "--log-format", "text|json", "--embedder-address", "CARINA_INGEST_HEALTH_PORT",
        ] { #expect(help.text.contains(text), "\(text) is missing") }
        #expect(outcome("--version")?.text == "ingest \(Release.version)")
    }

    @Test("exit codes: 2 for a wrong option, 78 for a wrong value, 0 for a sound configuration")
    func codes() {
        #expect(outcome("--colour", "red")?.code == 2)
        #expect(outcome("--health-port", "65536", "--check-config")?.code == 78)
        #expect(outcome("--listen", "http://127.0.0.1:1", "--check-config")?.code == 78)
        #expect(outcome("--check-config")?.code == 0)
        #expect(outcome("--check-config", "--workers", "3")?.text.contains("workers = 3   # option") == true)
        #expect(outcome() == nil)
    }

    @Test("a port beyond loopback needs TLS or an explicit word")
    func loopback() {
        for key in ["--listen", "--publish"] {
            #expect(outcome(key, "tcp://0.0.0.0:7401", "--check-config")?.code == 78)
            #expect(
                outcome(key, "tcp://0.0.0.0:7401", "--insecure-bind", "true", "--check-config")?.code == 0
            )
            #expect(outcome(key, "tcp://127.0.0.2:7401", "--check-config")?.code == 0)
            #expect(outcome(key, "tcp://127.0.0.1.example.org:7401", "--check-config")?.code == 78)
            #expect(outcome(key, "tls+tcp://0.0.0.0:7401", "--check-config")?.code == 78)
        }
        #expect(outcome("--health-host", "0.0.0.0", "--check-config")?.code == 78)
        #expect(outcome("--tls-authority", "/absent", "--check-config")?.code == 78)
    }

    @Test("a given secret is shown as given, never as itself")
    func secrets() {
        let definition = ServiceDefinition(
            name: "gateway",
            number: .gateway,
            summary: "keeps a secret",
            ports: ServicePorts(health: 7459),
            settings: [Setting.secret("token", help: "who may")]
        ) { _ in }
        let outcome = ServiceCommand(definition).evaluate(
            arguments: ["--check-config"],
            environment: ["CARINA_GATEWAY_TOKEN": "hunter2"]
        )
        guard case .done(let code, let text) = outcome else {
            Issue.record("it should only check")
            return
        }
        #expect(code == 0)
        #expect(text.contains("token = (given)"))
        #expect(!text.contains("hunter2"))
        #expect(!text.contains("listen"))
    }
}
