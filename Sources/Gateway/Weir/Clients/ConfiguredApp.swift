/// An app as one configuration has it: what the clients' requests need to know of it, handed on by reference.
final class ConfiguredApp: Sendable {
    let name: String
    let configuration: AppConfiguration
    /// Its place with the dispatcher, as long as it is this very account.
    let slot: AppSlot

    init(name: String, configuration: AppConfiguration, slot: AppSlot) {
        self.name = name
        self.configuration = configuration
        self.slot = slot
    }
}
