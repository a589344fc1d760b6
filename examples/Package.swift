// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func weir(_ product: String) -> Target.Dependency { .product(name: product, package: "weir") }

let http = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")

// Weir as others use it: through its products alone. `make examples` builds and tests these.
let package = Package(
    name: "examples",
    dependencies: [
        .package(name: "weir", path: ".."),
        // Without its traits, which are not used here, it builds a minute faster.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // A gateway inside a Hummingbird service.
        .executableTarget(
            name: "Shop",
            dependencies: [hummingbird, http, weir("Weir"), weir("CurlTransport"), weir("SQLiteJournal")],
            path: "Shop",
            swiftSettings: strict
        ),
        .testTarget(
            name: "ShopTests",
            dependencies: [
                "Shop", hummingbird, lifecycle, logging, weir("Weir"), weir("CurlTransport"), weir("WeirTesting"),
                weir("WeChatSandbox"),
            ],
            path: "ShopTests",
            swiftSettings: strict
        ),
        // A client of another service, with Resilience and PrometheusMetrics and nothing else.
        .executableTarget(
            name: "Rates",
            dependencies: [weir("Resilience"), weir("PrometheusMetrics")],
            path: "Rates",
            swiftSettings: strict
        ),
        .testTarget(
            name: "RatesTests",
            dependencies: ["Rates", weir("Resilience"), weir("PrometheusMetrics")],
            path: "RatesTests",
            swiftSettings: strict
        ),
    ]
)
