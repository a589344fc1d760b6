extension APICatalog {
    static let tokens: [APIDescriptor] = [
        APIDescriptor(label: "/cgi-bin/token", group: .token, repeatability: .never, kind: .token),
        APIDescriptor(label: "/cgi-bin/stable_token", group: .token, repeatability: .always, kind: .token),
    ]

    static let messages: [APIDescriptor] = [
        .write("/cgi-bin/message/template/send", .message, .withClientMessageID),
        // The official example carries client_msg_id here too, its parameter table doesn't: not relied on.
        .write("/cgi-bin/message/subscribe/bizsend", .message),
        .write("/cgi-bin/message/subscribe/send", .message),
        .write("/cgi-bin/message/template/subscribe", .message),
        .write("/cgi-bin/message/custom/send", .message),
        .write("/cgi-bin/message/custom/typing", .message),
        .write("/cgi-bin/message/custom/business/send", .message),
        .write("/cgi-bin/message/custom/business/typing", .message),
        .write("/cgi-bin/message/wxopen/template/send", .message),
        .write("/cgi-bin/message/wxopen/template/uniform_send", .message),
        .write("/cgi-bin/message/wxopen/activityid/create", .message),
        .write("/cgi-bin/message/wxopen/updatablemsg/send", .message),
        .write("/cgi-bin/message/device/subscribe/send", .message),
        .denied("/cgi-bin/message/mass/send", .mass, .withMassID),
        .denied("/cgi-bin/message/mass/sendall", .mass, .withMassID),
        .write("/cgi-bin/message/mass/preview", .mass),
        .write("/cgi-bin/message/mass/delete", .mass),
        .read("/cgi-bin/message/mass/get", .mass),
        .read("/cgi-bin/message/mass/speed/get", .mass),
        .write("/cgi-bin/message/mass/speed/set", .mass, .always),
    ]

    /// Templates, quotas and request ids.
    static let management: [APIDescriptor] = [
        .read("/cgi-bin/template/get_all_private_template", .template),
        .write("/cgi-bin/template/api_add_template", .template),
        .write("/cgi-bin/template/del_private_template", .template),
        .read("/cgi-bin/template/get_industry", .template),
        .write("/cgi-bin/template/api_set_industry", .template),
        .read("/wxaapi/newtmpl/gettemplate", .template),
        .write("/wxaapi/newtmpl/addtemplate", .template),
        .write("/wxaapi/newtmpl/deltemplate", .template),
        .read("/wxaapi/newtmpl/getcategory", .template),
        .read("/wxaapi/newtmpl/getpubtemplatetitles", .template),
        .read("/wxaapi/newtmpl/getpubtemplatekeywords", .template),
        .read("/wxa/sec/queryblocktmplmsg", .template),
        .denied("/cgi-bin/clear_quota", .openAPI),
        .denied("/cgi-bin/clear_quota/v2", .openAPI),
        .denied("/cgi-bin/openapi/quota/clear", .openAPI),
        .read("/cgi-bin/openapi/quota/get", .openAPI),
        // Its answer holds the URL that was called, the real token in it.
        .denied("/cgi-bin/openapi/rid/get", .openAPI, .always),
    ]
}
