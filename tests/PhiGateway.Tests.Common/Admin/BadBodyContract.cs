using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>
/// Whatever stands in the place of a member's value: a clear problem in which nothing has changed, or a call that is understood; never a
/// fault, and on every database the same.
/// </summary>
public abstract class BadBodyContract
{
    private const string Client = "/admin/v1/clients/acme-connector";

    // As JSON texts, since some of them are none that a program would write.
    private static readonly string[] Values =
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

    private static readonly string[] Wholes =
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

    private static readonly (string Who, string Method, string Path, string Body)[] Calls =
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
            """{"id":"c2","useCase":"lab-results","kind":"service","description":"d","owner":"o","deputy":"p","tenants":["north"],"environment":"production","expires":"2026-12-01","networks":["203.0.113.0/24"],"hours":["08:00-18:00"],"requires":["dpop"],"maxTokenLifetimeSeconds":60,"delegationDepth":1,"limits":{"requestsPerSecond":1,"concurrency":1,"distinctPatientsPerHour":1,"recordsPerDay":1}}"""
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
        ("olga", "POST", "/admin/v1/organizations/acme:offboard?dry_run=true", """{"stage":"suspend","reason":"r"}"""),
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

    private static readonly (string Who, string Path)[] Queries =
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
    private static readonly string[] Texts =
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

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Body_WithAnythingInAMembersPlace_IsAClearProblemOrUnderstood_NeverAFault()
    {
        await using var world = await OpenAsync();
        var failed = new List<string>();
        foreach (var (who, method, path, body) in Calls)
        {
            foreach (var (place, text) in Variations(body))
            {
                await CheckAsync(world, who, method, path, text, place, failed);
            }
        }

        Assert.True(failed.Count == 0, $"{failed.Count}\n{string.Join('\n', failed.Take(40))}");
    }

    [Fact]
    public async Task Query_WithAnythingInAValuesPlace_IsAClearProblemOrUnderstood_NeverAFault()
    {
        await using var world = await OpenAsync();
        var failed = new List<string>();
        foreach (var (who, path) in Queries)
        {
            // In a path it is the server's own to refuse, before there is an API.
            foreach (var text in Texts.Where(text => text != "%00" || path.Contains('?', StringComparison.Ordinal)))
            {
                await CheckAsync(world, who, "GET", path.Replace("*", text, StringComparison.Ordinal), null, string.Empty, failed);
            }
        }

        Assert.True(failed.Count == 0, $"{failed.Count}\n{string.Join('\n', failed.Take(40))}");
    }

    [Fact]
    public async Task Import_OfBadLinesAmongGood_TakesTheGoodOnes_AndNamesTheBad()
    {
        await using var world = await OpenAsync();
        string[] bad =
        [
            """{"patient":"p-1","source":"a\u0000b"}""",
            """{"patient":"p-1","source":"\ud800"}""",
            """{"patient":"\u0000"}""",
            """{"patient":"p-1","until":"9999-99-99"}""",
            """{"patient":"p-1","patient":"p-2"}""",
            """{"patient":"p-1","colour":1}""",
            "null",
            "[]",
            "{",
            """{"patient":1}""",
        ];
        string[] good =
        [
            """{"patient":"g-1","from":"0001-01-01T00:00:00Z","until":"9999-12-31T23:59:59Z"}""",
            """{"patient":"g-2","source":"Stationäre Aufnahme 😀"}""",
        ];
        var lines = string.Join('\n', good.Take(1).Concat(bad).Concat(good.Skip(1))) + "\n";
        var answer = await world.Server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/rosters/acme-orders/members:import",
            lines,
            ("Content-Type", "application/x-ndjson")
        );
        Assert.Equal(200, answer.Status);
        var last = JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!;
        Assert.True((long)last["accepted"]! == good.Length && (long)last["rejected"]! == bad.Length, answer.Text);
        Assert.Equal(
            Enumerable.Range(2, bad.Length).Select(static line => (long)line),
            last["errors"]!.AsArray().Select(static e => (long)e!["line"]!)
        );
        var members = (await world.Server.GetAsync("/admin/v1/rosters/acme-orders/members", "olga")).Json["items"]!.AsArray();
        Assert.Equal(["g-1", "g-2"], members.Select(static member => (string)member!["patient"]!));
    }

    private static async Task CheckAsync(
        StoredAdmin world,
        string who,
        string method,
        string path,
        string? body,
        string place,
        List<string> failed
    )
    {
        var before = await world.Store.GetRevisionAsync(default);
        var answer = await world.Server.SendAsync(who, method, path, body);
        var words =
            $"{method} {path[..Math.Min(path.Length, 90)]} {place}: {answer.Status} {answer.Text[..Math.Min(answer.Text.Length, 200)]}";
        if (answer.Status >= 500)
        {
            failed.Add(words);
        }
        else if (answer.Status >= 400)
        {
            var isClear = answer.ContentType.Contains("json", StringComparison.Ordinal) && answer.Text.Length > 0;
            var isUnchanged = await world.Store.GetRevisionAsync(default) == before;
            if (!isClear || !isUnchanged)
            {
                failed.Add((isClear ? "changed something: " : "no problem: ") + words);
            }
        }
    }

    private static IEnumerable<(string Place, string Text)> Variations(string body)
    {
        yield return ("as it is", body);
        foreach (var whole in Wholes)
        {
            yield return ("whole " + whole[..Math.Min(whole.Length, 20)], whole);
        }

        foreach (var place in Places(JsonNode.Parse(body)!, string.Empty))
        {
            foreach (var value in Values)
            {
                yield return ($"{place} = {value[..Math.Min(value.Length, 30)]}", With(body, place, value));
            }
        }
    }

    private static IEnumerable<string> Places(JsonNode node, string path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        var inner = node switch
        {
            JsonObject json => json.Select(static pair => (pair.Key, Value: pair.Value)),
            JsonArray array => array.Select(static (value, place) => ($"{place}", Value: value)),
            _ => [],
        };
        foreach (var (name, value) in inner.Where(static pair => pair.Value is not null))
        {
            foreach (var place in Places(value!, $"{path}/{name}"))
            {
                yield return place;
            }
        }
    }

    // By text: what is put in may be nothing that a JSON library holds.
    private static string With(string body, string place, string value)
    {
        const string Mark = "\"@@here@@\"";
        var root = JsonNode.Parse(body)!;
        var steps = place.Split('/')[1..];
        var node = root;
        foreach (var step in steps[..^1])
        {
            node = node is JsonArray array ? array[int.Parse(step)]! : node[step]!;
        }

        if (node is JsonArray list)
        {
            list[int.Parse(steps[^1])] = "@@here@@";
        }
        else
        {
            node[steps[^1]] = "@@here@@";
        }

        return root.ToJsonString().Replace(Mark, value.Trim(), StringComparison.Ordinal);
    }

    private async Task<StoredAdmin> OpenAsync()
    {
        var world = await StoredAdmin.OpenAsync(await LocateAsync());
        await Sample.WriteAsync(world.Server);
        await world.Server.AddKeyAsync("paula", "privacy-officer");
        await world.Server.AddKeyAsync("carl", "audit-consumer");
        var note = """{"id":"a1","kind":"note","subject":"client/acme-connector","at":"2026-01-01T00:00:00Z","evidence":"Look."}""";
        Assert.Equal(201, (await world.Server.PostAsync("/admin/v1/alerts", note)).Status);
        return world;
    }
}
