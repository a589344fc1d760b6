"""An unmodified wechatpy before a gateway: its two base addresses are changed, and nothing else.

Usage: sdk_client.py BASE_URL APPID SECRET OPENID_PREFIX ROUNDS
Writes one JSON object a line: each answer as it was received, then the results.
"""
import json
import sys

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

base, appid, secret, prefix, rounds = sys.argv[1:]


class Client(WeChatClient):
    API_BASE_URL = base + '/cgi-bin/'

    def fetch_access_token(self):
        return self._fetch_access_token(
            url=base + '/cgi-bin/token',
            params={'grant_type': 'client_credential', 'appid': self.appid, 'secret': self.secret},
        )


def say(**members):
    print(json.dumps(members), flush=True)


def keep(response, *args, **kwargs):
    say(received=response.text, headers=str(dict(response.headers)))


client = Client(appid, secret)
client._http.hooks['response'].append(keep)
failures = []
msgids = []
templates = 0
for number in range(int(rounds)):
    try:
        sent = client.message.send_template(
            '%s-template-%d' % (prefix, number), 'order-shipped', {'thing1': {'value': '订单已发货', 'color': '#173177'}})
        msgids.append(str(sent['msgid']))
        client.message.send_text('%s-text-%d' % (prefix, number), '您好')
        templates = len(client.template.get_all_private_template()['template_list'])
    except WeChatClientException as error:
        failures.append('%s %s' % (error.errcode, error.errmsg))
say(token=client.session.get(client.access_token_key), failures=failures, msgids=msgids, templates=templates)
