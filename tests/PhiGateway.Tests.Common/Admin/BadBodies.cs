namespace PhiGateway.Tests.Common.Admin;

/// <summary>Good calls of the admin API, and what may stand in the place of each of their values; for <see cref="BadBodyContract"/>.</summary>
internal static class BadBodies
{
    private const string Client = "/admin/v1/clients/acme-connector";

    // As JSON texts, since some of them are none that a program would write.
    public static readonly string[] Values =
    [
        "null",
        "true",
        "-1",
        "1e400",
        "99999999999999999999",
        "\"\"",
        "\" \"",
        """
            "a\u0000b"
            """,
        """
            "\ud800"
            """,
        """
            "a\u202eb"
            """,
        "\"0001-01-01\"",
        "\"9999-12-31\"",
        "\"9999-12-31T23:59:59.9999999Z\"",
        "\"0001-01-01T00:00:00+14:00\"",
        "[]",
        "{}",
        "[null]",
        """{"a":{"a":{"a":[[[1]]]}}}""",
        $"\"{new string('x', 5000)}\"",
    ];

    public static readonly string[] Wholes =
    [
        "",
        " ",
        "null",
        "[]",
        "1",
        "\"text\"",
        "{",
        "{\"a\":1",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1}{",
        "{/* no */}",
        "{\"unknown\":1}",
        "{\"\\ud800\":1}",
        "{\"a\\u0000\":1}",
        string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100),
    ];

    public static readonly (string Who, string Method, string Path, string Body)[] Calls =
    [
        (
            "olga",
            "POST",
            "/admin/v1/organizations",
            """{"id":"o2","kind":"vendor","name":"n","status":"active","modules":["m"],"contacts":{"security":"soc@acme.example"},"lastReview":{"on":"2026-04-01","by":"li","reference":"VR","nextDue":"2026-12-01"}}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/agreements",
            """{"id":"b2","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":["US"],"crossBorder":true,"legalReview":{"by":"li","on":"2026-01-01","reference":"LR","until":"2026-12-01"}}"""
        ),
        ("olga", "POST", "/admin/v1/rosters", """{"id":"r2","title":"t","kind":"cohort","source":"s"}"""),
        (
            "olga",
            "POST",
            "/admin/v1/use-cases",
            """{"id":"u2","title":"t","description":"d","legalBasis":"b","owner":"o","agreement":"baa-1","organization":"acme","purposes":["TREAT"],"environment":"production","tenants":["north"],"expires":"2026-12-31","reviewEveryDays":90,"risk":"low","allowsBreakGlass":false,"grants":[{"types":["Observation"],"interactions":["read"],"where":{"category":"laboratory"},"operations":[],"includes":[],"patients":{"roster":"acme-orders"},"confidentiality":"N","labels":["HIV"],"elements":["code"],"masks":[],"mayRelabel":false}]}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/clients",
            """{"id":"c2","useCase":"lab-results","kind":"service","description":"d","owner":"o","deputy":"p","tenants":["north"],"environment":"production","expires":"2026-12-01","networks":["203.0.113.0/24"],"hours":["08:00-18:00"],"requires":["dpop"],"maxTokenLifetimeSeconds":60,"delegationDepth":1,"actors":["acme-connector"],"limits":{"requestsPerSecond":1,"concurrency":1,"distinctPatientsPerHour":1,"recordsPerDay":1}}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/credentials",
            """{"id":"k2","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"x","created":"2026-01-01","rotateBy":"2026-12-01","expires":"2027-01-01","overlapUntil":"2026-06-01T00:00:00Z"}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/credentials",
            """{"id":"k3","client":"acme-connector","kind":"client-key","issuer":"gateway","clientId":"y","jwk":{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"1"}}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/task-grants",
            """{"id":"t2","client":"acme-connector","patient":"p-1","resource":"Observation/o-1","workflow":"order 1","expires":"2026-06-01T00:00:00Z","maxUses":3,"closed":false}"""
        ),
        (
            "anna",
            "POST",
            "/admin/v1/reviews",
            """{"id":"v2","client":"acme-connector","on":"2026-05-01","decision":"keep","evidence":"e"}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/alerts",
            """{"id":"a2","kind":"note","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look.","notify":"li","severity":"urgent","due":"2026-06-01T00:00:00Z","records":["x"]}"""
        ),
        (
            "adam",
            "POST",
            "/admin/v1/admin-keys",
            """{"id":"key2","person":"kim@hospital.example","roles":["viewer"],"expires":"2027-01-01T00:00:00Z","disabled":false}"""
        ),
        (
            "olga",
            "PUT",
            "/admin/v1/rosters/acme-orders/members/p-9",
            """{"from":"2026-01-01T00:00:00Z","until":"2026-12-01T00:00:00Z","source":"feed"}"""
        ),
        ("olga", "POST", Client + ":submit", """{"reason":"r"}"""),
        ("anna", "POST", Client + ":approve", """{"fingerprint":"0","reason":"r","until":"2026-12-01"}"""),
        ("olga", "POST", Client + ":attest", """{"reason":"r"}"""),
        (
            "olga",
            "POST",
            Client + ":rotate",
            """{"credential":{"id":"n2","issuer":"hospital-idp","clientId":"acme-connector"},"replaces":"acme-oidc","overlap_hours":1,"reason":"r"}"""
        ),
        (
            "olga",
            "POST",
            Client + ":issue-key",
            """{"id":"n3","expires":"2026-12-01","rotate_by":"2026-11-01","replaces":"acme-oidc","overlap_hours":1,"reason":"r"}"""
        ),
        ("olga", "POST", "/admin/v1/revocations", """{"target":"token","value":"jti","issuer":"hospital-idp","reason":"r"}"""),
        (
            "olga",
            "POST",
            "/admin/v1/revocations",
            """{"target":"issued-before","value":"*","issuer":"hospital-idp","issued_before":"2026-01-01T00:00:00Z","reason":"r"}"""
        ),
        ("olga", "POST", "/admin/v1/alerts/a1:acknowledge", """{"reason":"r"}"""),
        ("olga", "POST", "/admin/v1/alerts/a1:assign", """{"person":"li","reason":"r"}"""),
        ("olga", "POST", "/admin/v1/alerts/a1:snooze", """{"until":"2026-05-03T00:00:00Z","reason":"r"}"""),
        ("anna", "POST", "/admin/v1/alerts/a1:review", """{"decision":"justified","reason":"r"}"""),
        (
            "olga",
            "POST",
            "/admin/v1/organizations/acme:offboard?dry_run=true",
            """{"stage":"suspend","reason":"r","event":"hr","event_at":"2026-01-01T00:00:00Z"}"""
        ),
        (
            "olga",
            "POST",
            "/admin/v1/config:plan",
            """{"organizations":[{"id":"o3","kind":"vendor","name":"n"}],"clients":[],"useCases":[],"agreements":[],"rosters":[],"credentials":[]}"""
        ),
        ("olga", "POST", "/admin/v1/policies:replay?days=3", """{"organizations":[{"id":"acme","kind":"vendor","name":"n"}]}"""),
        (
            "august",
            "POST",
            "/admin/v1/audit:search",
            """{"from":"2026-01-01T00:00:00Z","to":"2026-06-01T00:00:00Z","client":"acme-connector","tenant":"north","patient":"p-1","actor":"olga@hospital.example","limit":1}"""
        ),
        ("august", "POST", "/admin/v1/audit:facets", """{"from":"2026-01-01T00:00:00Z","client":"acme-connector"}"""),
        (
            "august",
            "POST",
            "/admin/v1/decisions:explain",
            """{"request":"GET /fhir/Observation/1","tenant":"north","environment":"production","at":"2026-05-01T00:00:00Z","peer":"203.0.113.7","base":"/fhir","caller":{"client":"acme-connector","scopes":"system/*.rs","purpose":"TREAT","lifetime":60,"issued_at":"2026-05-01T00:00:00Z","actors":["a"]},"resource":{"resourceType":"Observation","id":"1","subject":{"reference":"Patient/p-1"}}}"""
        ),
        (
            "paula",
            "POST",
            "/admin/v1/accounting:report",
            """{"tenant":"north","patient":"p-1","from":"2026-01-01T00:00:00Z","to":"2026-04-01T00:00:00Z","rule":"hipaa"}"""
        ),
        (
            "paula",
            "POST",
            "/admin/v1/accounting/holds",
            """{"tenant":"north","patient":"p-1","agency":"a","reason":"r","until":"2026-06-01T00:00:00Z","organization":"acme","oral":false}"""
        ),
        ("paula", "POST", "/admin/v1/accounting/requests", """{"tenant":"north","patient":"p-1","received":"2026-04-01T00:00:00Z"}"""),
        (
            "paula",
            "POST",
            "/admin/v1/audit:reach",
            """{"from":"2026-01-01T00:00:00Z","to":"2026-04-01T00:00:00Z","client":"acme-connector"}"""
        ),
    ];

    public static readonly (string Who, string Path)[] Queries =
    [
        ("vera", "/admin/v1/clients?limit=*"),
        ("vera", "/admin/v1/clients?cursor=*"),
        ("vera", "/admin/v1/clients?sort=*"),
        ("vera", "/admin/v1/clients?fields=*"),
        ("vera", "/admin/v1/clients?expires.lt=*"),
        ("olga", "/admin/v1/task-grants?expires.lt=*"),
        ("olga", "/admin/v1/task-grants?maxUses.lt=*"),
        ("vera", "/admin/v1/revocations?cursor=*"),
        ("vera", "/admin/v1/approvals/queue?cursor=*"),
        ("vera", "/admin/v1/approvals/queue?why=*"),
        ("vera", "/admin/v1/clients/*"),
        ("vera", "/admin/v1/use-cases/lab-results/right-size?days=*"),
        ("olga", "/admin/v1/rosters/acme-orders/members?cursor=*"),
        ("august", "/admin/v1/audit?from=*"),
        ("august", "/admin/v1/audit?to=*"),
        ("august", "/admin/v1/audit?cursor=*"),
        ("august", "/admin/v1/audit?kind=*"),
        ("august", "/admin/v1/audit?id=*"),
        ("august", "/admin/v1/audit?actor=*"),
        ("august", "/admin/v1/audit/feed?cursor=*"),
        ("august", "/admin/v1/audit/counts?from=*&to=2026-06-01T00:00:00Z"),
        ("august", "/admin/v1/audit/counts?from=2026-01-01T00:00:00Z&to=2026-06-01T00:00:00Z&step=*"),
        ("august", "/admin/v1/decisions/*"),
        ("carl", "/fhir/AuditEvent?date=*"),
        ("carl", "/fhir/AuditEvent?date=ge*"),
        ("carl", "/fhir/AuditEvent?_page=*"),
        ("carl", "/fhir/AuditEvent?_id=*"),
        ("carl", "/fhir/AuditEvent?_count=*"),
        ("carl", "/fhir/AuditEvent/*"),
    ];

    // Cursors among them: of another list, of nobody, cut, and of a shape that only looks right.
    public static readonly string[] Texts =
    [
        "x",
        "-1",
        "99999999999999999999",
        "9999",
        "9999-12",
        "9999-12-31",
        "9999-12-31T23:59:59.9999999Z",
        "0001-01-01",
        "0001-01-01T00:00:00%2B14:00",
        "%00",
        "%ED%A0%80",
        "%F0%9F%98%80",
        "eyJTb3J0IjpudWxsLCJJZCI6IlwiXHUwMDAwIn0",
        "eyJTb3J0IjoieCIsIklkIjpudWxsfQ",
        "MQpsb2cgLTE",
        "MQpsb2cgOTIyMzM3MjAzNjg1NDc3NTgwNw",
        "MQo",
        "..",
        new string('a', 3000),
    ];
}
