import CarinaCore

@main
enum CarinaMain {
    static func main() async { await CarinaCommand.run() }
}
