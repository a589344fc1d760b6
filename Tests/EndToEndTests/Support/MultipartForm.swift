/// A form with one file, as WeChat's uploads take it.
struct MultipartForm: Sendable {
    let headers = [(name: "Content-Type", value: "multipart/form-data; boundary=weir-boundary")]
    let body: [UInt8]

    init(file: [UInt8]) {
        let head =
            "--weir-boundary\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.jpg\"\r\n"
            + "Content-Type: image/jpeg\r\n\r\n"
        body = Array(head.utf8) + file + Array("\r\n--weir-boundary--\r\n".utf8)
    }
}
