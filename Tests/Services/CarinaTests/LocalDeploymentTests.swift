import Foundation
import Glibc
import Processes
import TestKit
import Testing

@testable import CarinaCore

@Suite("Six services on this machine")
struct LocalDeploymentTests {
    /// Option and value pairs.
    private func options(_ arguments: [String]) -> [String: String] {
        let pairs = stride(from: 0, to: arguments.count - 1, by: 2).map { (arguments[$0], arguments[$0 + 1]) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in "\(first) twice" })
    }

    @Test("each service listens where its peers look for it, with data of its own")
    func arguments() {
        let deployment = LocalDeployment(folder: "/data/x")
        let all = Dictionary(
            uniqueKeysWithValues: LocalDeployment.services.map {
                ($0, self.options(deployment.arguments(for: $0, port: 7000)))
            }
        )
        #expect(Set(all.values.compactMap { $0["--data"] }).count == 6)
        for (name, own) in all {
            #expect(own["--health-port"] == "0")
            for (option, value) in own where option.hasSuffix("-address") {
                let peer = String(option.dropFirst(2).prefix { $0 != "-" })
                let wanted = option.hasSuffix("-events-address") ? "--publish" : "--listen"
                #expect(all[peer]?[wanted] == value, "\(name) looks for \(peer) at \(value)")
            }
        }
        #expect(all["gateway"]?["--port"] == "7000" && all["gateway"]?["--listen"] == nil)
        #expect(all["gateway"]?["--index-nodes"] == all["index"]?["--listen"])
        #expect(all["embedder"]?["--trainer-address"] != nil && all["ingest"]?.count == 4)
    }

    @Test("a socket's path is never too long, whatever the folder's depth")
    func linkFolder() {
        let short = LocalDeployment(folder: "/data/x")
        #expect(short.linkFolder == "/data/x/links")
        let deep = LocalDeployment(folder: "/" + String(repeating: "deep/", count: 40) + "a")
        let other = LocalDeployment(folder: "/" + String(repeating: "deep/", count: 40) + "b")
        for service in LocalDeployment.services {
            for argument in deep.arguments(for: service, port: 0) where argument.hasPrefix("ipc://") {
                #expect(argument.dropFirst(6).utf8.count <= 107)
            }
        }
        #expect(deep.linkFolder != other.linkFolder)
        #expect(deep.linkFolder == LocalDeployment(folder: deep.folder + "/").linkFolder)
    }

    @Test("the record is read back; a process of another program under the same number does not count")
    func record() async throws {
        try await withTemporaryFolder { folder in
            let deployment = LocalDeployment(folder: folder)
            #expect(try deployment.record() == nil && deployment.runningPort == nil)
            try deployment.write(.init(processes: ["gateway": getpid(), "ingest": 1 << 22 + 5], port: 7777))
            let record = try #require(try deployment.record())
            #expect(record.port == 7777 && record.processes["gateway"] == getpid())
            #expect(deployment.running(record).isEmpty && deployment.runningPort == nil)
            let stopped = try await deployment.stop()
            #expect(stopped.isEmpty)
            #expect(try deployment.record() == nil)
        }
    }

    @Test("a program that runs counts, and is stopped")
    func stopping() async throws {
        try await withTemporaryFolder { folder in
            // Any program called `index` will do.
            try FileManager.default.copyItem(atPath: "/usr/bin/sleep", toPath: "\(folder)/index")
            let process = try SpawnedProcess.start(
                "\(folder)/index",
                arguments: ["60"],
                streams: .init()
            )
            let deployment = LocalDeployment(folder: folder)
            try deployment.write(.init(processes: ["index": process.identifier], port: 1))
            let record = try #require(try deployment.record())
            let isSeen = await eventually { deployment.running(record) == ["index"] }
            #expect(isSeen)
            let stopped = try await deployment.stop()
            #expect(stopped == ["index"] && deployment.running(record).isEmpty)
        }
    }
}
