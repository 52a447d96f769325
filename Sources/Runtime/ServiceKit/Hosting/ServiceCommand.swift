internal import Dispatch
internal import FoundationEssentials
internal import Glibc
internal import Logging
internal import Processes
internal import ServiceLifecycle
internal import Storage
internal import UnixSignals
internal import Wire

/// Runs one service as a process and ends it: 0 done, 1 failure, 2 wrong usage, 78 wrong configuration.
///
/// SIGTERM and SIGINT drain it; whatever hangs, the process is gone within ten seconds.
package func runService(_ definition: ServiceDefinition) async -> Never {
    // A reader of our output that went away must not kill the process, nor may others read what we write.
    signal(SIGPIPE, SIG_IGN)
    umask(0o077)
    keepFreedMemory()
    setNiceness(definition.niceness)
    let code = await ServiceCommand(definition).run(
        arguments: Array(CommandLine.arguments.dropFirst()),
        environment: ProcessInfo.processInfo.environment
    )
    // Not exit: handlers of C libraries would run while their threads still do.
    _exit(code)
}

/// The command line of a service.
package struct ServiceCommand: Sendable {
    /// What a command line comes to.
    package enum Outcome: Sendable {
        /// Print and exit.
        case done(code: Int32, text: String)
        /// Serve with these settings.
        case serve(Settings)
    }

    /// Exit code of a command line that cannot be read.
    package static let usageCode: Int32 = 2
    /// Exit code of settings that cannot be used (EX_CONFIG of sysexits.h).
    package static let configurationCode: Int32 = 78
    private static let forcedExit = Limits.drainMaximum - .milliseconds(500)

    private let definition: ServiceDefinition

    /// Makes the command of a service.
    package init(_ definition: ServiceDefinition) {
        self.definition = definition
    }

    /// Reads options and environment and checks them, without touching anything.
    package func evaluate(arguments: [String], environment: [String: String]) -> Outcome {
        let declared = definition.settings
        do {
            let options = try CommandLineOptions(
                parsing: arguments,
                serviceName: definition.name,
                settings: declared
            )
            switch options.task {
            case .printHelp:
                return .done(code: 0, text: help)
            case .printVersion:
                return .done(code: 0, text: "\(definition.name) \(Release.version)")
            case .serve, .checkConfiguration:
                break
            }
            let settings = try Settings(
                serviceName: definition.name,
                declared: declared,
                options: options.values,
                environment: environment,
                readFile: { path in
                    (try? DurableFile.readStream(path)).map { String(decoding: $0, as: UTF8.self) }
                }
            )
            let problems = StandardSettings(definition).problems(settings)
            guard problems.isEmpty else { throw ConfigurationError(problems) }
            return options.task == .serve
                ? .serve(settings) : .done(code: 0, text: SettingsText.effective(settings))
        } catch let error as UsageError {
            let text = "\(definition.name): \(error)\ntry --help"
            return .done(code: Self.usageCode, text: text)
        } catch {
            let lines = (error as? ConfigurationError)?.problems ?? [reason(of: error)]
            let text = lines.map { "\(definition.name): configuration: \($0)" }.joined(separator: "\n")
            return .done(code: Self.configurationCode, text: text)
        }
    }

    /// Does what the command line says and returns the exit code.
    func run(arguments: [String], environment: [String: String]) async -> Int32 {
        switch evaluate(arguments: arguments, environment: environment) {
        case .done(let code, let text):
            Self.print(text, to: code == 0 ? STDOUT_FILENO : STDERR_FILENO)
            return code
        case .serve(let settings):
            return await serve(settings)
        }
    }

    private var help: String {
        SettingsText.help(
            serviceName: definition.name,
            summary: definition.summary,
            settings: definition.settings
        )
    }

    private func serve(_ settings: Settings) async -> Int32 {
        let standard = StandardSettings(definition)
        let logger = Logger(label: definition.name) { label in
            LineLogHandler(
                label: label,
                format: LogFormat(rawValue: settings[standard.logFormat]) ?? .text,
                level: Logger.Level(rawValue: settings[standard.logLevel]) ?? .info
            )
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [HostService(definition: definition, settings: settings, logger: logger)],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: quiet
            )
        )
        do {
            try await group.run()
            return 0
        } catch let error as ConfigurationError {
            for problem in error.problems { logger.critical("\(problem)") }
            return Self.configurationCode
        } catch {
            logger.critical("the service cannot run", metadata: ["reason": "\(reason(of: error))"])
            return 1
        }
    }

    private static func print(_ text: String, to descriptor: Int32) {
        var text = text + "\n"
        text.withUTF8 { bytes in
            // SAFETY: the buffer is valid in this closure and write reads exactly its count.
            _ = unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        }
    }

    /// The host within the life cycle of the process.
    private struct HostService: Service {
        let definition: ServiceDefinition
        let settings: Settings
        let logger: Logger

        func run() async throws {
            try await withGracefulShutdownHandler {
                let host = try await ServiceHost.start(
                    definition,
                    settings: settings,
                    environment: HostEnvironment(logger: logger)
                )
                // Throws when the task is cancelled, which ends the service in the same way.
                try? await gracefulShutdown()
                await host.stop()
            } onGracefulShutdown: {
                let logger = logger
                let seconds = ServiceCommand.forcedExit.inSeconds
                DispatchQueue(label: "forced exit").asyncAfter(deadline: .now() + seconds) {
                    logger.critical("draining took too long: exit")
                    _exit(1)
                }
            }
        }
    }
}
