using System.Net;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Pages of a search: sealed for one client, decided anew at each step.</summary>
public sealed class PagingTests(SqliteWorld world) : IClassFixture<SqliteWorld>
{
    private const string Search = "/Observation?patient=example&category=laboratory";

    [Fact]
    public async Task RealClients_PageByPage_SeeWhatOneAnswerWouldShow()
    {
        var lab = await world.TokenAsync(world.Lab);
        var whole = await world.GetAsync(Search, lab);
        Assert.True(whole.Entries.Count > 1, "One entry is no test of paging.");

        var pages = Assert.Single(await ClientJourney.FhirClientAsync(world.Base, lab), step => step.Name == "all-pages");
        Assert.True(pages.Ok);
        Assert.Equal(whole.Entries.Order(), pages.Entries!.Order());

        var next = Assert.Single(await ClientJourney.FhirKitClientAsync(world.Base, lab), step => step.Name == "next-page");
        Assert.True(next.Ok);
        Assert.Equal("Bundle", next.Type);
    }

    [Fact]
    public async Task Next_OfAPostedSearch_GoesThroughToTheEndWithRecords()
    {
        var lab = await world.TokenAsync(world.Lab);
        var whole = await world.GetAsync(Search, lab);
        var page = await world.SendAsync(
            HttpMethod.Post,
            "/Observation/_search",
            lab,
            "patient=example&category=laboratory&_count=1",
            "application/x-www-form-urlencoded"
        );
        var seen = page.Entries.ToList();
        await world.Backend.ForgetRecordedAsync();
        while (LinkOf(page, "next") is { } next)
        {
            Assert.StartsWith("/?_page=", next);
            page = await world.GetAsync(next, lab);
            Assert.Equal(HttpStatusCode.OK, page.Status);
            Assert.NotNull(LinkOf(page, "previous"));
            seen.AddRange(page.Entries);
        }

        Assert.Equal(whole.Entries.Order(), seen.Order());
        Assert.DoesNotContain(world.Backend.Base, page.Body);
        Assert.All(
            await world.Backend.RecordedAsync(),
            static request =>
                Assert.Equal(
                    ("POST", "/fhir/R4/Observation/_search", "patient=example&category=laboratory&_count=50"),
                    (request.Method, request.Url, request.Body)
                )
        );
        var disclosure = Assert.Single(
            await world.TrailAsync(page.DecisionId, atLeast: 2),
            record => (string?)record["kind"] == "disclosure"
        );
        Assert.Equal("search-page", (string?)disclosure["interaction"]);
        Assert.Equal("GET /?_page", (string?)disclosure["template"]);
        Assert.Equal(["example"], disclosure["patients"]!.AsArray().Select(static one => (string?)one));
    }

    [Fact]
    public async Task Page_OfAnotherClientOrTampered_IsLikeNone()
    {
        var lab = await world.TokenAsync(world.Lab);
        var next = LinkOf(await world.GetAsync(Search + "&_count=1", lab), "next")!;
        var ward = await world.TokenAsync(world.Ward);
        await world.Backend.ForgetRecordedAsync();

        var foreign = await world.GetAsync(next, ward);
        var tampered = await world.GetAsync(next[..^5] + (next[^5] == 'A' ? 'B' : 'A') + next[^4..], lab);
        var invented = await world.GetAsync("/?_page=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", lab);

        foreach (var reply in new[] { foreign, tampered, invented })
        {
            Assert.Equal(HttpStatusCode.NotFound, reply.Status);
            Assert.Equal("handle-not-yours", reply.Code);
            Assert.Equal(foreign.Body.Replace(foreign.DecisionId, string.Empty), reply.Body.Replace(reply.DecisionId, string.Empty));
        }

        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.Equal("handle-of-another-client", (string?)Assert.Single(await world.TrailAsync(foreign.DecisionId))["rule"]);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(next, lab)).Status);
    }

    [Fact]
    public async Task Page_HandleOfTheUpstream_IsRefused()
    {
        var reply = await world.GetAsync(
            "/?_getpages=00000000-0000-0000-0000-000000000000&_getpagesoffset=0&_count=1",
            await world.TokenAsync(world.Ward)
        );

        Assert.InRange((int)reply.Status, 400, 404);
    }

    [Fact]
    public async Task Page_UpstreamAddsForeignEntries_ShowsNoneOfThem()
    {
        var lab = await world.TokenAsync(world.Lab);
        var next = LinkOf(await world.GetAsync("/Observation?patient=example&category=laboratory&_count=1", lab), "next")!;
        await world.Backend.SetFaultAsync("foreign-resource", match: "_count=50", times: 1);
        Assert.Equal(HttpStatusCode.BadGateway, (await world.GetAsync(next, lab)).Status);

        await world.Backend.SetFaultAsync("foreign-entries", match: "_count=50", times: 1);
        var page = await world.GetAsync(next, lab);

        // The other patient is on the roster, the kind of record is not asked for in this search and not covered by the grant.
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("Patient/f001", page.Entries);
    }

    [Fact]
    public async Task Page_OverAnotherApproval_IsRefusedAndANewSearchIsNot()
    {
        var lab = await world.TokenAsync(world.Lab);
        var next = LinkOf(await world.GetAsync(Search + "&_count=1", lab), "next")!;

        await world.Mary.PatchAsync("organizations/acme-lab", new { modules = new[] { "results-connector@9" } });
        await world.Mary.PostAsync($"clients/{world.Lab.ClientId}:submit");
        var posture = await world.Wei.GetAsync($"clients/{world.Lab.ClientId}/posture");
        await world.Wei.PostAsync(
            $"clients/{world.Lab.ClientId}:approve",
            new { fingerprint = posture["fingerprint"]!.GetValue<string>() }
        );
        while ((await world.GetAsync(next, lab)).Status == HttpStatusCode.OK)
        {
            // Until the change has reached the node.
        }

        var search = await world.GetAsync(Search + "&_count=1", lab);
        while (search.Code == "approval-stale")
        {
            search = await world.GetAsync(Search + "&_count=1", lab);
        }

        var old = await world.GetAsync(next, lab);
        Assert.Equal("handle-not-yours", old.Code);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(LinkOf(search, "next")!, lab)).Status);
    }

    // Path and query below the gateway's base.
    private string? LinkOf(Reply reply, string relation)
    {
        var url = (string?)reply.Json["link"]?.AsArray().FirstOrDefault(link => (string?)link!["relation"] == relation)?["url"];
        Assert.True(url is null || url.StartsWith(world.Base, StringComparison.Ordinal), "A link leads past the gateway.");
        return url?[world.Base.Length..];
    }
}
