import ServiceKit
import TrainerCore

@main
enum TrainerMain {
    static func main() async { await runService(TrainerDefinition.definition) }
}
