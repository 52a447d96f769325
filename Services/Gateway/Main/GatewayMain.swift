import GatewayCore
import ServiceKit

@main
enum GatewayMain {
    static func main() async { await runService(GatewayDefinition.definition) }
}
