using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class ListingTests
{
    private const string Organizations = "/admin/v1/organizations";

    [Fact]
    public async Task List_Pages_ShowEachOnce_WithLink()
    {
        await using var server = await StartAsync(7);
        var seen = new List<string>();
        var path = Organizations + "?limit=3";
        while (true)
        {
            var page = await server.GetAsync(path);
            Assert.Equal(200, page.Status);
            seen.AddRange(page.Json["items"]!.AsArray().Select(item => (string)item!["id"]!));
            if (page.Json["next_cursor"] is null)
            {
                Assert.DoesNotContain("Link", page.Headers.Keys);
                break;
            }

            Assert.Matches("^<(.*)>; rel=\"next\"$", page.Headers["Link"]);
            path = page.Headers["Link"].Split('<', '>')[1];
        }

        Assert.Equal(["org-0", "org-1", "org-2", "org-3", "org-4", "org-5", "org-6"], seen);
    }

    [Fact]
    public async Task List_SortedDescending_PagesWithoutGap()
    {
        await using var server = await StartAsync(5);
        var first = await server.GetAsync(Organizations + "?sort=-name&limit=2&fields=name");
        Assert.Equal(["name 4", "name 3"], first.Json["items"]!.AsArray().Select(item => (string)item!["name"]!));
        Assert.Null(first.Json["items"]![0]!["kind"]);
        var second = await server.GetAsync(first.Headers["Link"].Split('<', '>')[1]);
        Assert.Equal(["name 2", "name 1"], second.Json["items"]!.AsArray().Select(item => (string)item!["name"]!));
    }

    [Fact]
    public async Task List_Filters_ByEqualityRangeAndMembership()
    {
        await using var server = await StartAsync(4);
        await Sample.WriteAsync(server);
        Assert.Single((await server.GetAsync(Organizations + "?name=name%202")).Json["items"]!.AsArray());
        Assert.Single((await server.GetAsync(Organizations + "?modules=results@4")).Json["items"]!.AsArray());
        Assert.Single((await server.GetAsync("/admin/v1/agreements?expires.lt=2027-06-01")).Json["items"]!.AsArray());
        Assert.Empty((await server.GetAsync("/admin/v1/agreements?expires.lt=2026-06-01")).Json["items"]!.AsArray());
        Assert.Single((await server.GetAsync("/admin/v1/clients?status=draft&useCase=lab-results")).Json["items"]!.AsArray());
        Assert.Single((await server.GetAsync("/admin/v1/clients?status.ne=active&useCase=lab-results")).Json["items"]!.AsArray());
        Assert.Empty((await server.GetAsync("/admin/v1/clients?status.ne=draft&useCase=lab-results")).Json["items"]!.AsArray());
    }

    // Numbers among words, and moments with another offset: one order, however a page is cut.
    [Theory]
    [InlineData("organizations?sort=name&limit=1", "a,d,c,b")]
    [InlineData("organizations?sort=-name&limit=2", "b,c,d,a")]
    [InlineData("task-grants?sort=expires&limit=1", "t2,t3,t1")]
    [InlineData("task-grants?sort=-maxUses&limit=1", "t2,t1,t3")]
    [InlineData("task-grants?maxUses.lt=10", "t1")]
    [InlineData("task-grants?expires.lt=2026-06-01T12:00:00Z", "t2,t3")]
    [InlineData("task-grants?expires=2026-06-01T10:00:00Z", "t2")]
    public async Task List_OfNumbersWordsAndMoments_HasOneOrder(string query, string expected)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        foreach (var (id, name) in new[] { ("a", "10"), ("b", "2"), ("c", "1a"), ("d", "10a") })
        {
            var body = $$"""{"id":"{{id}}","kind":"partner","name":"{{name}}"}""";
            Assert.Equal(201, (await server.PostAsync(Organizations, body)).Status);
        }

        foreach (
            var (id, expires, uses) in new[]
            {
                ("t1", "2026-06-01T12:00:00Z", ",\"maxUses\":9"),
                ("t2", "2026-06-01T12:00:00+02:00", ",\"maxUses\":10"),
                ("t3", "2026-06-01T11:00:00Z", string.Empty),
            }
        )
        {
            var body = $$"""{"id":"{{id}}","client":"acme-connector","patient":"p","workflow":"w","expires":"{{expires}}"{{uses}}}""";
            Assert.Equal(201, (await server.PostAsync("/admin/v1/task-grants", body)).Status);
        }

        var seen = new List<string>();
        for (var path = "/admin/v1/" + query; path is not null; )
        {
            var page = await server.GetAsync(path, "olga");
            Assert.True(page.Status == 200, page.Text);
            seen.AddRange(page.Json["items"]!.AsArray().Select(static item => (string)item!["id"]!).Where(static id => id != "acme"));
            path = page.Headers.TryGetValue("Link", out var link) ? link.Split('<', '>')[1] : null;
        }

        Assert.Equal(expected, string.Join(',', seen));
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("limit=x")]
    [InlineData("cursor=nonsense")]
    [InlineData("cursor=eyJTb3J0IjpudWxsLCJJZCI6IlwiXHUwMDAwIn0")]
    [InlineData("colour=red")]
    [InlineData("name=a&name=b")]
    [InlineData("sort=colour")]
    [InlineData("fields=colour")]
    [InlineData("contacts=x")]
    public async Task List_BadParameter_Is400(string query)
    {
        await using var server = await StartAsync(0);
        var answer = await server.GetAsync(Organizations + "?" + query);
        Assert.Equal(400, answer.Status);
        Assert.Equal("bad-parameter", answer.Code);
    }

    [Fact]
    public async Task List_AdminKeys_NeverFiltersOrShowsHashes()
    {
        await using var server = await StartAsync(0);
        var list = await server.GetAsync("/admin/v1/admin-keys", "adam");
        Assert.DoesNotContain("hash", list.Text);
        Assert.Equal(400, (await server.GetAsync("/admin/v1/admin-keys?hash=00", "adam")).Status);
        Assert.Equal(400, (await server.GetAsync("/admin/v1/admin-keys?sort=hash", "adam")).Status);
    }

    [Fact]
    public async Task Idempotency_SameBodyReplays_OtherBodyIs422_FaultDoesNotStick()
    {
        await using var server = await StartAsync(0);
        var first = await server.PostAsync(Organizations, Sample.Organization, "olga", ("Idempotency-Key", "k"));
        var again = await server.PostAsync(Organizations, Sample.Organization, "olga", ("Idempotency-Key", "k"));
        Assert.Equal(201, again.Status);
        Assert.Equal(first.Text, again.Text);
        Assert.Equal(first.ETag, again.ETag);
        Assert.Equal(
            422,
            (
                await server.PostAsync(
                    Organizations,
                    Sample.Organization.Replace("acme", "beta", StringComparison.Ordinal),
                    "olga",
                    ("Idempotency-Key", "k")
                )
            ).Status
        );
        Assert.Equal(409, (await server.PostAsync(Organizations, Sample.Organization, "otto", ("Idempotency-Key", "k"))).Status);
        server.Journal.Room = 0;
        var other = Sample.Organization.Replace("acme", "beta", StringComparison.Ordinal);
        Assert.Equal(503, (await server.PostAsync(Organizations, other, "olga", ("Idempotency-Key", "k2"))).Status);
        server.Journal.Room = null;
        Assert.Equal(201, (await server.PostAsync(Organizations, other, "olga", ("Idempotency-Key", "k2"))).Status);
        Assert.Equal(201, (await server.PostAsync(Organizations, other, "olga", ("Idempotency-Key", "k2"))).Status);
    }

    [Fact]
    public async Task Idempotency_FirstStillRunning_Is409()
    {
        await using var server = await StartAsync(0);
        var second = 0;
        server.Store.BeforeWrite = () =>
            second = server.PostAsync(Organizations, Sample.Organization, "olga", ("Idempotency-Key", "k")).GetAwaiter().GetResult().Status;
        Assert.Equal(201, (await server.PostAsync(Organizations, Sample.Organization, "olga", ("Idempotency-Key", "k"))).Status);
        Assert.Equal(409, second);
    }

    private static async Task<AdminServer> StartAsync(int organizations)
    {
        var server = await AdminServer.StartAsync();
        for (var i = 0; i < organizations; i++)
        {
            Assert.Equal(
                201,
                (await server.PostAsync(Organizations, $$"""{"id":"org-{{i}}","kind":"vendor","name":"name {{i}}"}""")).Status
            );
        }

        return server;
    }
}
