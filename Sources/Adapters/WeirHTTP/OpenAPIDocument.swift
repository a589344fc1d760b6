import HTTPServing

/// The description of the messages and admin APIs that `/openapi.yaml` serves: `openapi.yaml` beside this file.
enum OpenAPIDocument {
    static let reply = OutgoingReply(
        status: 200,
        headers: [("Content-Type", "application/yaml; charset=utf-8")],
        body: PackageResources.openapi_yaml
    )
}
