extension TokenCredentials {
    init(_ configuration: GatewayConfiguration, app name: String) {
        let app = configuration.apps[name]
        self.init(
            appID: app?.appID ?? "",
            secret: app?.secret ?? "",
            origin: app?.hosts.first ?? AppConfiguration.officialHost
        )
    }
}
