"""The open questions about logging in (sso 14)."""

from mock_clever.choices.choice import Choice, numbered

SSO = numbered(
    "sso 14",
    Choice("The status of a redirect", "302 with `Location`, not to be stored"),
    Choice(
        "The order of parameters with `state`",
        "code, scope, state, appended with & where the redirect URI has a query; spaces as %20",
    ),
    Choice(
        "An unknown client, an unregistered redirect URI or a wrong `response_type`",
        "a 400 page of Clever's own, never a redirect",
    ),
    Choice(
        "The form of the `unauthorized-user` redirect",
        "`error=unauthorized-user`, then `state` if there was one; only with `return_unshared=true`",
    ),
    Choice(
        "A user who cancels the login or declines consent",
        "stays on Clever's pages; no `access_denied` goes back",
        "cancel",
    ),
    Choice("A bad client at the token endpoint", "401 with `WWW-Authenticate: Basic` and `invalid_client`"),
    Choice("Client credentials in the body only", "accepted, and a finding in the journal", "token_credentials"),
    Choice(
        "A missing or unsupported `grant_type`",
        "400: `invalid_request` with `missing grant_type`, or `unsupported_grant_type`",
    ),
    Choice("A missing `code`", "400 `invalid_request`, `missing code`"),
    Choice("A content type that is refused", "400 `invalid_request`, `invalid content-type`"),
    Choice(
        "A `redirect_uri` that differs or is missing at the exchange",
        "400 `invalid_grant`, `invalid redirect`; the code stays good",
    ),
    Choice("A code of another client, or an unknown one", "like a used one: 400 `invalid_grant`, `invalid code`"),
    Choice("Whether using a code twice revokes the first token", "no; the journal has a finding"),
    Choice("Whether a failed attempt uses the code up", "no: only success does"),
    Choice("The `token_type` key", "`bearer`, after `access_token`"),
    Choice(
        "What `/me` without a version answers today",
        "as v2.1, with the legacy id; a finding in the journal",
        "unversioned_me",
    ),
    Choice(
        "`/me` of v2 and the `user_id` of a user of several roles",
        "the legacy id of the role they logged in with: the first the app supports, or the one they chose",
        "role_choice",
    ),
    Choice(
        "`authorized_by` in v2.0",
        "left out for district logins, `teacher` for those of Library; from v2.1 on it is always there",
    ),
    Choice("The strings of `user_type`", "student, teacher, staff, district_admin", "user_type"),
    Choice(
        "The algorithm and keys of the id_token",
        "RS256, one RSA key of 2048 bits at `/oauth/certs`, those before for an hour; `kid` and `typ: JWT`",
    ),
    Choice(
        "What else the discovery document holds",
        "code, public subjects, RS256, openid, and Basic at the token endpoint, the body too while it is accepted;"
        " the mock's own URL as issuer",
        "issuer",
    ),
    Choice(
        "`/userinfo` for users of a Library app",
        "no district; authorized by teacher; of a student's family name the initial only, and no e-mail",
    ),
    Choice("`schools` in `/userinfo`", "an empty list"),
    Choice("The 401 body of `/userinfo` and `/oauth/tokeninfo`", "that of the API", "unauthorized"),
    Choice("The 401 body on v3", "the recorded one, in every version", "unauthorized"),
    Choice("An expired SSO token", "the same 401", "unauthorized"),
    Choice(
        "An SSO token on another user's record, or another district",
        "the ordinary 404 with a message; the HTML 404 on endpoints that take no user token",
        "out_of_scope",
    ),
    Choice(
        "`/schools/{id}` with an SSO token",
        "only the user's own schools, and only for Secure Sync apps; else the HTML 404",
        "out_of_scope",
    ),
    Choice("A district token on `/me`", "the HTML 404: it is for user tokens only", "district_me"),
    Choice(
        "What follows when a district will disconnect an app",
        "the token is gone and answers 401 at once, logins stop with a page; a reconnection has a new record",
    ),
    Choice("Rotation of a district token", "a new token in the same record; the old one answers 401 at once"),
    Choice("A paused connection or sync", "tokens go on working; only the district's `state` tells"),
    Choice(
        "A connection that is unlaunched",
        "the Data API works; whoever tries to log in gets a page",
    ),
    Choice("`GET /oauth/tokens` for an unknown district", "200 with no tokens"),
    Choice("`GET /oauth/tokens` with a bad `owner_type`", "400 `invalid_request`; absent is `district`"),
    Choice("`school_id`, `skip`, `prompt`, `login_hint`, PKCE and other parameters", "accepted and ignored"),
    Choice("`redirect_uri` on instant-login", "ignored: always the primary one"),
    Choice(
        "instant-login for a user of a Library app only",
        "for the Library's sandbox district; otherwise a page",
    ),
    Choice(
        "The scope names of the Library",
        "read:students_basic, read:teachers_basic, read:user_id, read:sections_limited",
    ),
    Choice(
        "A teacher who removes a Library app",
        "401 for their token and their students', consent again at the next login; other teachers' stay",
    ),
    Choice(
        "A Library student none of whose teachers is consenting",
        "a page, or `unauthorized-user` where it is wanted",
    ),
    Choice(
        "Whether Clever's session of two hours is idle-based or absolute",
        "absolute; how long is set",
        "session_life",
    ),
    Choice(
        "The wording of the `confirmed=false` page",
        "our own: continue as this person, or not me, which signs out; for students only",
    ),
    Choice("Rate limits of the token endpoint", "none"),
)
