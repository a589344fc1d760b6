/// What to do about an errcode: a plain sentence or two.
package enum ErrorAdvice: CaseIterable, Sendable {
    case nothing, wait, slowDown, clearQuota, waitForPeriod, sendOnce, sendRecipientLess
    case findRival, setAppID, setSecret, unfreezeSecret, compareCredentials, allowAddress, confirmAddress
    case grant, appeal, authoriseComponent, acceptAgreement, confirmMass, useAnotherTemplate
    case leaveRecipient, checkOpenID, follow, subscribe, letThemTalkFirst, takeOffBlacklist
    case correctMessage, correctTemplateData, checkTemplate, checkPage, linkMiniProgram, changeContent, shorten
    case shortenID, sendUTF8, uploadAnew, useSubscription
    case correctCall, checkPath, checkMethod, useHTTPS, sendToken, logInAgain, deleteTemplate, checkRequestID
    case lookUp, readErrmsg

    /// The sentence.
    package func text(in language: WordLanguage) -> String {
        language == .english ? words.english : words.chinese
    }

    private var words: (english: String, chinese: String) {
        switch self {
        case .nothing, .wait, .slowDown, .clearQuota, .waitForPeriod, .sendOnce, .sendRecipientLess: onSpeed
        case .findRival, .setAppID, .setSecret, .unfreezeSecret, .compareCredentials, .allowAddress, .confirmAddress:
            onCredentials
        case .grant, .appeal, .authoriseComponent, .acceptAgreement, .confirmMass, .useAnotherTemplate: onAccounts
        case .leaveRecipient, .checkOpenID, .follow, .subscribe, .letThemTalkFirst, .takeOffBlacklist: onRecipients
        case .correctMessage, .correctTemplateData, .checkTemplate, .checkPage, .linkMiniProgram, .changeContent,
            .shorten, .shortenID, .sendUTF8, .uploadAnew, .useSubscription:
            onMessages
        case .correctCall, .checkPath, .checkMethod, .useHTTPS, .sendToken, .logInAgain, .deleteTemplate,
            .checkRequestID, .lookUp, .readErrmsg:
            onCalls
        }
    }

    private var onSpeed: (String, String) {
        switch self {
        case .wait: ("Nothing is to be done: Weir repeats it.", "无需处理：Weir 会重试。")
        case .slowDown:
            (
                "If it happens often, lower the app's limit for this api.",
                "如果经常出现，请调低该应用对这个接口的限速。"
            )
        case .clearQuota:
            (
                "An operator may clear the quota at WeChat and resume the app here; else lower the app's limit for this api.",
                "管理员可以在微信清空调用次数，再在这里恢复该应用；否则请调低对这个接口的限速。"
            )
        case .waitForPeriod: ("Wait for the next day or month: nothing else helps.", "等到下一天或下个月，没有别的办法。")
        case .sendOnce:
            (
                "Don't send the same message twice within a minute; give it one Idempotency-Key.",
                "一分钟内不要重复发送同一条消息；请为它使用同一个 Idempotency-Key。"
            )
        case .sendRecipientLess:
            ("Send this recipient fewer messages, one after the other.", "请减少发给该用户的消息，并逐条发送。")
        default: ("Nothing is to be done.", "无需处理。")
        }
    }

    private var onCredentials: (String, String) {
        switch self {
        case .findRival:
            (
                "If it happens again and again, somebody else refreshes this account's token.",
                "如果反复出现，说明有别的程序在刷新本账号的 access_token：请让它改为访问 Weir。"
            )
        case .setAppID: ("Set the app's appid to that of the account.", "请把该应用的 appid 改为账号的 AppID。")
        case .setSecret: ("Set the app's secret to the present AppSecret.", "请把该应用的 secret 改为当前的 AppSecret。")
        case .unfreezeSecret:
            (
                "Unfreeze the AppSecret in the account's settings at WeChat, or reset it and set the app's secret.",
                "请在微信后台解冻 AppSecret，或重置后更新该应用的 secret。"
            )
        case .allowAddress:
            ("Add this gateway's address to the account's IP allow-list.", "请把本网关的出口 IP 加入账号的 IP 白名单。")
        case .confirmAddress:
            (
                "The account's administrator must confirm this gateway's address in WeChat; then it goes on by itself.",
                "请账号管理员在微信里确认本网关的 IP，之后会自动恢复。"
            )
        default:
            (
                "Compare the app's appid and secret with those that WeChat's settings show.",
                "请核对该应用的 appid 和 secret 与微信后台是否一致。"
            )
        }
    }

    private var onAccounts: (String, String) {
        switch self {
        case .grant:
            (
                "Have this api granted to the account, or check that the appid is the right one.",
                "请为账号开通这个接口，或检查 appid 是否用对了账号。"
            )
        case .appeal:
            (
                "An operator must put it right in the account's settings at WeChat: see its notices there, and appeal.",
                "请管理员登录微信后台查看通知，按提示整改或申诉。"
            )
        case .authoriseComponent:
            (
                "Have the account authorised anew to the third-party platform.",
                "请让账号重新授权给第三方平台。"
            )
        case .acceptAgreement:
            ("Accept the agreement on mass messages in the account's settings.", "请在微信后台同意群发协议。")
        case .confirmMass:
            (
                "The account's administrator must confirm the mass message in WeChat; what was refused must be sent anew.",
                "请账号管理员在微信里确认群发；已被拒绝的需要重新发送。"
            )
        default: ("Use another template: this one is banned.", "请换一个模板：这个模板已被封禁。")
        }
    }

    private var onRecipients: (String, String) {
        switch self {
        case .checkOpenID:
            ("Check the openid: it must belong to this account.", "请检查 openid：它必须属于本账号。")
        case .follow: ("The recipient must follow the account first.", "用户需要先关注公众号。")
        case .subscribe:
            (
                "The recipient must subscribe again: each consent is good for one message.",
                "用户需要重新订阅：每次授权只能发一条消息。"
            )
        case .letThemTalkFirst:
            (
                "The recipient must write or click first; then send it anew.",
                "需要用户先发消息或点击菜单，之后再重新发送。"
            )
        case .takeOffBlacklist:
            ("Take the recipient off the account's blacklist, or leave them alone.", "请把用户移出账号黑名单，或不再发送。")
        default: ("Only the recipient can change this: don't send it again.", "只有用户自己能改变：不要再发送。")
        }
    }

    private var onMessages: (String, String) {
        switch self {
        case .correctTemplateData:
            (
                "Correct the template data that the errmsg names, and send the message anew.",
                "请按 errmsg 指出的字段改正模板数据，再重新发送。"
            )
        case .checkTemplate:
            ("Check the template_id: it must belong to this account.", "请检查 template_id：它必须属于本账号。")
        case .checkPage:
            ("Name a page that the published mini program has.", "请填写线上版小程序里存在的页面路径。")
        case .linkMiniProgram:
            (
                "Link the mini program to the account, or correct the appid in the message.",
                "请把小程序关联到公众号，或改正消息里的 appid。"
            )
        case .changeContent: ("Change the text or the picture: WeChat does not allow it.", "请修改文字或图片：微信不允许这样的内容。")
        case .shorten: ("Shorten it and send the message anew.", "请缩短后重新发送。")
        case .shortenID: ("Use a clientmsgid of at most 32 bytes.", "请使用不超过 32 字节的 clientmsgid。")
        case .sendUTF8:
            ("Send plain UTF-8 in place of \\uxxxx escapes.", "请直接使用 UTF-8 文字，不要用 \\uxxxx 转义。")
        case .uploadAnew:
            (
                "Upload the file anew within WeChat's limits for its type, and use the new media_id.",
                "请按微信对该类文件的限制重新上传，并使用新的 media_id。"
            )
        case .useSubscription:
            ("Send a subscription message in its place: form_id is no more.", "请改用订阅消息：form_id 已停用。")
        default: ("Correct the message and send it anew.", "请改正消息后重新发送。")
        }
    }

    private var onCalls: (String, String) {
        switch self {
        case .checkPath: ("Check the path: WeChat has no such api.", "请检查路径：微信没有这个接口。")
        case .checkMethod:
            ("Use the method that WeChat's page of this api names.", "请使用微信文档里该接口规定的请求方法。")
        case .useHTTPS: ("Set the app's host to an https address.", "请把该应用的 hosts 改为 https 地址。")
        case .sendToken:
            (
                "A relayed call must carry access_token in its query. With a message it is Weir's own mistake: report it.",
                "转发的调用要在查询参数里带上 access_token；如果是消息，则是 Weir 的错误，请报告。"
            )
        case .logInAgain:
            ("Let the user log in again: a code is good once, and for minutes.", "请让用户重新登录：code 只能用一次，几分钟内有效。")
        case .deleteTemplate: ("Delete a template that is not used any more.", "请删除不再使用的模板。")
        case .checkRequestID:
            ("Ask within 7 days, with the account that made the call.", "请在 7 天之内，用发起调用的账号查询。")
        case .readErrmsg:
            (
                "Its errmsg says why, and when to come back; docs/relay.md has them all under \"Weir's own answers\".",
                "errmsg 里写有原因和何时再来；全部列在 docs/relay.md 的 “Weir's own answers” 一节。"
            )
        case .lookUp:
            (
                "Look it up in WeChat's documentation; WeChat's support finds the call by its rid.",
                "请查阅微信文档；微信客服可以按 rid 找到这次调用。"
            )
        default: ("Correct the call and make it anew.", "请改正参数后重新调用。")
        }
    }
}
