"""Weir's, Prometheus' and Alertmanager's files for a stage: what the repository ships and shows, with other addresses alone."""
import re
import shutil

from processes import ROOT, Broken

KEYS = {"orders": "orders-key-0123456789", "loop": "loop-key-0123456789", "alertmanager": "alertmanager-key-0123"}
# For a page that has no example to read.
ALERTS = """
alerts:
  clients: [alertmanager]
  sinks:
    oncall:
      type: template
      app: main
      to: ["oXXXXXXXXXXXXXXXXXXXXXXXXXXX"]
      template_id: "TEMPLATE-ID"
      fields: {thing1: "{alertname}", phrase2: "{status_zh}", time3: "{startsAt}", thing4: "{annotation.phone}"}
    ding: {type: dingtalk, access_token: "${DING_TOKEN}", secret: "${DING_SECRET}"}
  routes:
    - {match: {severity: critical}, to: [oncall, ding]}
    - {to: [ding]}
"""
ROBOTS = "dingtalk|wecom|feishu|lark|webhook"


def alerts_example():
    """The section `alerts` of the example in docs/alerts.md."""
    page = (ROOT / "docs/alerts.md").read_text()
    for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL):
        lines = block.split("\n")
        indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        lines = [line[indent:] for line in lines]
        if "alerts:" in lines and any(line.strip() == "sinks:" for line in lines):
            section = lines[lines.index("alerts:"):]
            end = next((n for n, line in enumerate(section) if n and line.strip() and line[0] not in " #"), len(section))
            return "\n".join(section[:end])
    return ALERTS.strip()


class AlertsSection:
    """The example, its robots led to the stand-ins; with a robot of WeCom beside the others where it has none."""

    def __init__(self, robots):
        text = alerts_example()
        if "type: wecom" not in text:
            line = re.search(r"^( +)ding: .*$", text, re.MULTILINE)
            if line:
                wecom = f'{line[1]}wecom: {{type: wecom, key: "${{WECOM_KEY}}"}}'
                text = text.replace(line[0], f"{line[0]}\n{wecom}", 1).replace("to: [ding]", "to: [ding, wecom]")
        address = f'"http://127.0.0.1:{robots}"'
        text = re.sub(rf"\{{type: ({ROBOTS})\b(?![^}}]*\burl:)", rf"{{type: \1, url: {address}", text)
        text = re.sub(rf"^( +)type: ({ROBOTS})$", rf"\1type: \2\n\1url: {address}", text, flags=re.MULTILINE)
        self.text = text
        self.variables = {name: f"{name}-0123456789" for name in re.findall(r"\$\{(\w+)\}", text)}
        self.apps = set(re.findall(r"\bapp: (\w+)", text))
        self.phones = set(re.findall(r'"(o[\w-]{10,})"', text))


def weir_yaml(folder, sandboxes, alerts):
    """A gateway's file: an app for each of the sandboxes, by their names, and clients that may use all of them."""
    apps = "\n".join(
        f'  {name}: {{appid: {sandbox.appid}, secret_file: "{folder}/{name}.secret", hosts: ["{sandbox.url}"]}}'
        for name, sandbox in sandboxes.items())
    return f"""server: {{api: "127.0.0.1:0", admin: "127.0.0.1:0"}}
storage: {{path: "{folder}/journal"}}
apps:
{apps}
clients:
  orders: {{key: {KEYS["orders"]}, max_priority: urgent}}
  loop: {{key: {KEYS["loop"]}, rate: 2/s}}
  alertmanager: {{key: {KEYS["alertmanager"]}, max_priority: urgent}}
{alerts.text}
"""


def swapped(text, pattern, by, file):
    """The file with something replaced that must be there."""
    changed, count = re.subn(pattern, by, text)
    if not count:
        raise Broken(f"{file} has nothing like {pattern}: this script replaces what it knows, and nothing else")
    return changed


def prometheus_files(folder):
    """Copies what Prometheus reads, as it is shipped, and returns the file with the addresses."""
    shutil.copytree(ROOT / "prometheus", folder / "prometheus")
    shutil.copytree(ROOT / "alerts", folder / "alerts")
    return folder / "prometheus/prometheus.yml"


def prometheus_yaml(admins, own, alertmanager):
    """prometheus.yml, its three addresses replaced."""
    text = (ROOT / "prometheus/prometheus.yml").read_text()
    targets = ", ".join(f'"127.0.0.1:{port}"' for port in admins)
    text = swapped(text, r'"127\.0\.0\.1:8081"', targets, "prometheus.yml")
    text = swapped(text, r"127\.0\.0\.1:9090", f"127.0.0.1:{own}", "prometheus.yml")
    return swapped(text, r"127\.0\.0\.1:9093", f"127.0.0.1:{alertmanager}", "prometheus.yml")


def alertmanager_yaml(folder, api, mail, web, app):
    """alertmanager.yml, with addresses, the key's file, the name of the app that shows alerts, and no TLS to a mail server beside it."""
    (folder / "weir.key").write_text(KEYS["alertmanager"])
    text = (ROOT / "prometheus/alertmanager.yml").read_text()
    text = swapped(text, r"smtp_smarthost: \S+", f"smtp_smarthost: 127.0.0.1:{mail}", "alertmanager.yml")
    text = swapped(text, r"smtp_require_tls: true", "smtp_require_tls: false", "alertmanager.yml")
    text = swapped(text, r"127\.0\.0\.1:8080", f"127.0.0.1:{api}", "alertmanager.yml")
    text = swapped(text, r"credentials_file: \S+", f"credentials_file: {folder}/weir.key", "alertmanager.yml")
    text = text.replace('"app.example"', f'"{app}"')
    # Whatever else is told by a webhook: the heartbeat's service, and who else may come.
    return re.sub(rf"url: https?://(?!127\.0\.0\.1:{api}\b)[^/\s]+", f"url: http://127.0.0.1:{web}", text)


def pager_of(text):
    """The address to which alertmanager.yml sends what is critical."""
    route = re.search(r"receiver: (\S+)\s+matchers: \[severity ?= ?\"?critical", text)
    receiver = route and re.search(rf"- name: {re.escape(route[1])}\n(.*?)(?:\n  - name:|\Z)", text, re.DOTALL)
    to = receiver and re.search(r"to: (\S+)", receiver[1])
    if not to:
        raise Broken("alertmanager.yml has no receiver with an address for severity = critical")
    return to[1]
