import TestSupport
import Testing
import Weir
import WeirConfiguration

/// `examples/weir.yml` with what stands in its comments.
enum FullExample {
    static let environment = [
        "WEIR_MAIN_SECRET": "0123456789abcdef0123456789abcdef", "ORDERS_KEY": "orders-0123456789",
        "CAMPAIGNS_KEY": "campaigns-012345", "SHOP_KEY": "shop-0123456789012",
        "ORDERS_OLD_KEY": "orders-9876543210", "EVENT_SECRET": "events-0123456789",
        "EVENT_OLD_SECRET": "events-9876543210", "WEIR_ADMIN_KEY": "admin-0123456789", "ALICE_KEY": "alice-0123456789",
        "GRAFANA_KEY": "grafana-012345678",
        "CB_TOKEN": "CbToken1", "CB_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        "CB_OLD_KEY": "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut",
        "DING_TOKEN": "ding-token", "DING_SECRET": "SECding", "WECOM_KEY": "wecom-key",
        "WECOM_KEY_2": "wecom-key-2", "FEISHU_TOKEN": "feishu-token", "FEISHU_SECRET": "SECfeishu",
        "WECOM_APP_SECRET": "wecom-app-secret", "HOOK_PATH": "T0/B0",
        "HOOK_TOKEN": "hook-token",
        "COLLECTOR_KEY": "collector-0123456789", "ALERTMANAGER_KEY": "alertmanager-0123",
        "CRM_SECRET": "crm-secret-0123456789", "ORDERS_CALLBACK_SECRET": "callback-0123456789",
    ]

    /// The text with every key in force. `secret` and `secret_file` exclude each other, and both are there.
    static func uncommented() throws -> String {
        try Checkout.text("examples/weir.yml")
            .replacing(#/(?m)^( *)# (?= *(?:[a-z_.]+:|/cgi|- \{))/#) { String($0.output.1) }
    }

    /// The text, read with `secret_file`.
    static func everything() throws -> GatewayConfiguration {
        let files: [String: [UInt8]] = [
            "main.secret": Array("s".utf8), "corporate-ca.pem": Array("-----BEGIN CERTIFICATE-----".utf8),
        ]
        let text = try uncommented().replacing("    secret: \"${WEIR_MAIN_SECRET}\"\n", with: "")
        let read = Reading.read(text, environment: environment, files: files)
        return try #require(read.configuration, "\(read.problems)")
    }
}
