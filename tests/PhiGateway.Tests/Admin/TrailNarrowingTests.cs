using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>The trail is searched by what an incident begins with: a token, an address, a task, an actor, an agreement, a resource.</summary>
public sealed class TrailNarrowingTests
{
    private const string Search = "/admin/v1/audit:search";

    [Theory]
    [InlineData("\"token\":\"jti-1\"", "one")]
    [InlineData("\"token\":\"AB01\"", "one")]
    [InlineData("\"peer\":\"198.51.100.7\"", "one")]
    [InlineData("\"peer\":\"198.51.100.0/24\"", "one two")]
    [InlineData("\"peer\":\"::ffff:198.51.100.7\"", "one")]
    [InlineData("\"peer\":\"2001:db8::/32\"", "three")]
    [InlineData("\"task\":\"t-1\"", "two")]
    [InlineData("\"through\":\"portal\"", "one three")]
    [InlineData("\"agreement\":\"baa-1\"", "one two")]
    [InlineData("\"resource\":\"Observation/o-1\"", "one two")]
    [InlineData("\"resource\":\"Observation/o\"", "")]
    [InlineData("\"token\":\"jti-1\",\"task\":\"t-1\"", "")]
    [InlineData("\"peer\":\"198.51.100.0/24\",\"client\":\"acme-connector\",\"through\":\"agent\"", "one")]
    public async Task Search_ByWhatAnIncidentBeginsWith_FindsThoseRecords(string filter, string expected)
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync(Search, $"{{{filter}}}", "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), Names(answer.Json).Order());
        var look = server.Journal.Records[^1];
        Assert.Equal("audit.search", look.Event);
        foreach (var name in (string[])["jti-1", "AB01", "t-1", "o-1"])
        {
            Assert.DoesNotContain(name, look.Note, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Search_ByAnAgreement_TakesTheOneOfThatTime()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(
            server,
            Of("moved", "192.0.2.1", static record => (record.UseCase, record.Agreement, record.Approval) = ("another", "baa-1", "a-1")),
            Of("before", "192.0.2.1", static record => (record.Agreement, record.Approval) = ("baa-0", "a-1")),
            Of("none", "192.0.2.1", static record => record.Approval = "a-1")
        );

        var answer = await server.PostAsync(Search, """{"agreement":"baa-1"}""", "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(["moved", "one", "two"], Names(answer.Json).Order());
    }

    // What a vendor got is asked about when its agreement has ended.
    [Fact]
    public async Task Search_ByAnAgreementThatIsGone_FindsWhatWasGotUnderIt()
    {
        const string Gone = "/admin/v1/agreements/baa-9";
        await using var server = await StartAsync();
        StoredTrail.Add(server, Of("then", "192.0.2.1", static record => (record.Agreement, record.Approval) = ("baa-9", "a-1")));
        var made = await server.PostAsync(
            "/admin/v1/agreements",
            """{"id":"baa-9","kind":"baa","organization":"acme","effective":"2026-01-01","expires":"2027-01-01","jurisdictions":["US"]}"""
        );
        Assert.True(made.Status == 201, made.Text);
        var tag = (await server.GetAsync(Gone)).ETag!;
        Assert.Equal(204, (await server.SendAsync("olga", "DELETE", Gone, null, ("If-Match", tag))).Status);

        var answer = await server.PostAsync(Search, """{"agreement":"baa-9"}""", "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(["then"], Names(answer.Json));
    }

    [Fact]
    public async Task Search_OverManyRecordsThatDoNotFit_GivesPagesThatGoOn()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, [.. Enumerable.Range(0, 6000).Select(static _ => TestRecords.Disclosure())]);
        var (pages, found, cursor) = (0, new List<string>(), (string?)null);
        do
        {
            var next = cursor is null ? string.Empty : $",\"cursor\":\"{cursor}\"";
            var page = (await server.PostAsync(Search, $"{{\"token\":\"jti-1\",\"limit\":500{next}}}", "august")).Json;
            found.AddRange(Names(page));
            cursor = (string?)page["next_cursor"];
            pages++;
        } while (cursor is not null);

        Assert.Equal(["one"], found);
        Assert.Equal(2, pages);
    }

    [Fact]
    public async Task Export_ByAnAddress_HasThoseRecordsAlone()
    {
        await using var server = await StartAsync();
        var answer = await server.PostAsync("/admin/v1/audit:export", """{"peer":"198.51.100.0/24"}""", "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(
            2,
            answer
                .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Count(static line => line.Contains("\"record\"", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("audit:search", "\"peer\":\"here\"")]
    [InlineData("audit:search", "\"peer\":\"198.51.100.0/33\"")]
    [InlineData("audit:search", "\"token\":\"\"")]
    [InlineData("audit:search", "\"resource\":\"o-1\"")]
    [InlineData("audit:search", "\"resource\":\"Observation/a b\"")]
    [InlineData("audit:search", "\"resource\":\"Observation/\"")]
    [InlineData("audit:search", "\"agreement\":\"nobody\"")]
    [InlineData("audit:export", "\"peer\":\"here\"")]
    [InlineData("audit:facets", "\"token\":\"jti-1\"")]
    [InlineData("audit:facets", "\"event\":\"read\"")]
    [InlineData("audit:search", "\"event\":\"\"")]
    [InlineData("audit:search", "\"event\":\"*\"")]
    [InlineData("audit:search", "\"event\":\"client.*.approve\"")]
    [InlineData("audit:export", "\"event\":\"Client approve\"")]
    public async Task Search_ByWhatCannotBeRead_Is400(string verb, string filter)
    {
        await using var server = await StartAsync();

        Assert.Equal(400, (await server.PostAsync("/admin/v1/" + verb, $"{{{filter}}}", "august")).Status);
    }

    [Fact]
    public async Task Search_ByAUrl_TakesTheSameButNoResource()
    {
        await using var server = await StartAsync();

        Assert.Equal(["one"], Names((await server.GetAsync("/admin/v1/audit?token=jti-1", "august")).Json));
        Assert.Equal(["two"], Names((await server.GetAsync("/admin/v1/audit?task=t-1&peer=198.51.100.0/24", "august")).Json));
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit?resource=Observation/o-1", "august")).Status);
    }

    // By one name, or by all of a thing; what has a name of two words is no request's, and is found among a great many of those.
    [Theory]
    [InlineData("client.approve", "approved")]
    [InlineData("client.*", "approved suspended")]
    [InlineData("client.appro", "")]
    [InlineData("admin-key.*", "")]
    [InlineData("read", "asked one three two")]
    public async Task Search_ByTheNameOfAnEvent_FindsThatAlone(string name, string expected)
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, Act("approved", "client.approve"), Act("suspended", "client.suspend"), Act("left", "clients.left"));
        StoredTrail.Add(server, Of("asked", "192.0.2.1", static record => record.Event = "read"));
        StoredTrail.Add(
            server,
            [.. Enumerable.Range(0, 6000).Select(static _ => Of("other", "192.0.2.1", static record => record.Event = "search-type"))]
        );
        var (found, cursor) = (new List<string>(), (string?)null);
        do
        {
            var next = cursor is null ? string.Empty : $",\"cursor\":\"{cursor}\"";
            var answer = await server.PostAsync(Search, $"{{\"event\":\"{name}\",\"limit\":500{next}}}", "august");
            Assert.True(answer.Status == 200, answer.Text);
            found.AddRange(Names(answer.Json));
            cursor = (string?)answer.Json["next_cursor"];
            Assert.True(cursor is null || name == "read", "it was looked for among requests");
        } while (cursor is not null);

        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), found.Order());
        Assert.Contains($"event={name}", server.Journal.Records[^1].Note, StringComparison.Ordinal);
        var file = await server.GetAsync($"/admin/v1/audit?event={Uri.EscapeDataString(name)}", "august");
        Assert.Equal(200, file.Status);
    }

    private static AuditRecord Act(string rule, string name) =>
        Of(
            rule,
            "192.0.2.1",
            record => (record.Kind, record.Event, record.Decision, record.Client) = (AuditKind.Admin, name, string.Empty, null)
        );

    private static IEnumerable<string> Names(JsonNode page) =>
        page["items"]!.AsArray().Select(static one => (string)one!["record"]!["rule"]!);

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        StoredTrail.Add(
            server,
            Of("one", "198.51.100.7", record => (record.TokenId, record.TokenHash, record.Actors) = ("jti-1", "ab01", ["agent", "portal"])),
            Of("two", "198.51.100.8", static record => (record.Task, record.Resources) = ("t-1", ["Observation/o-1/_history/3"])),
            Of("three", "2001:db8::1", static record => (record.Actors, record.UseCase, record.Resources) = (["portal"], "another", []))
        );
        return server;
    }

    private static AuditRecord Of(string rule, string peer, Action<AuditRecord> change)
    {
        var record = TestRecords.Disclosure();
        (record.Rule, record.Peer, record.Client, record.UseCase) = (rule, peer, "acme-connector", "lab-results");

        // As it was written before records said it themselves.
        (record.Agreement, record.Approval, record.Approvers) = (null, null, []);
        change(record);
        return record;
    }
}
