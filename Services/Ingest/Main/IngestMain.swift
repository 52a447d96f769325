import Glibc
import IngestCore
import ServiceKit

@main
enum IngestMain {
    static func main() async {
        // The service starts this same program to decode (DecoderProcess): that child is no service.
        if DecoderWorker.isWanted(arguments: CommandLine.arguments) {
            exit(DecoderWorker.run(arguments: CommandLine.arguments))
        }
        await runService(IngestDefinition.definition)
    }
}
