"""An LTI 1.3 launch, start to end: a tool is registered, launched by a teacher, and finds out a launch that is wrong."""

import os
import re
from urllib.parse import parse_qsl, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

BASE = os.environ["MOCK_CLEVER_URL"]
ENV = requests.get(f"{BASE}/_mock/env").json()
CLIENT, DISTRICT = ENV["CLEVER_CLIENT_ID"], ENV["CLEVER_DISTRICT_ID"]
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"

requests.put(f"{BASE}/_mock/districts/{DISTRICT}/lms", json={"lms_type": "canvas"})
tool = {
    "login_url": "http://localhost:3000/lti/login",
    "redirect_uris": ["http://localhost:3000/lti/launch"],
    "target_link_uri": "http://localhost:3000/",
}
registered = requests.put(f"{BASE}/_mock/apps/{CLIENT}/lti", json=tool).json()
DEPLOYMENTS = {each["deployment_id"] for each in registered["deployments"]}
PLATFORM = requests.get(f"{BASE}/_mock/lti").json()


def launch(**asked: str) -> dict:
    """The claims of a launch. Raises JoseError or AssertionError for one that is not to be believed."""
    begun = requests.post(f"{BASE}/_mock/lms/{DISTRICT}/launch", json={"mode": "id-token", **asked}).json()
    # 1. The browser comes to the tool's login URL, with hints that the tool sends back unread.
    initiation = dict(parse_qsl(urlsplit(begun["redirect"]).query))
    assert initiation["iss"] == PLATFORM["issuer"] and initiation["client_id"] == CLIENT
    # 2. The tool sends it on to the platform, with a nonce and a state of its own.
    request = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
    request |= {"client_id": CLIENT, "redirect_uri": tool["redirect_uris"][0], "nonce": "once", "state": "ours"}
    request |= {name: initiation[name] for name in ("login_hint", "lti_message_hint")}
    page = requests.get(PLATFORM["authorization_endpoint"], params=request).text
    # 3. The platform answers with a form, which the browser sends to the redirect URI.
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    assert form.get("state") == "ours" and "id_token" in form, form.get("error", "not our state")
    # 4. The tool believes the id_token when everything about it is right.
    keys = KeySet.import_key_set(requests.get(PLATFORM["jwks_uri"]).json())
    claims = jwt.decode(form["id_token"], keys, algorithms=["RS256"]).claims
    essential = {"iss": PLATFORM["issuer"], "aud": CLIENT, "nonce": "once", f"{CLAIM}version": "1.3.0"}
    rules = {name: {"essential": True, "value": value} for name, value in essential.items()}
    jwt.JWTClaimsRegistry(exp={"essential": True}, iat={"essential": True}, **rules).validate(claims)
    assert claims[f"{CLAIM}deployment_id"] in DEPLOYMENTS, "not our deployment"
    return claims


teacher = requests.get(f"{BASE}/_mock/people?role=teacher").json()["people"][0]["id"]
claims = launch(user=teacher)
print(claims["name"], "opens", claims[f"{CLAIM}context"]["title"], "as", claims[f"{CLAIM}roles"][-1].split("#")[1])
for name in ("signature", "expired", "nonce", "state", "deployment"):
    try:
        launch(user=teacher, misbehave=name)
    except (JoseError, AssertionError) as wrong:
        print(f"{name}: {wrong}")
    else:
        raise SystemExit(f"{name} was believed")
