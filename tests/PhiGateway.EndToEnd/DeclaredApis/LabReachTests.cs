using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>
/// What a declared API lets out under minimum-necessary grants, to whom it is asked, how its answers lead on and where they end.
/// </summary>
[Collection(LabCollection.Name)]
public sealed class LabReachTests(LabWorld world)
{
    private Task<string> Vendor => world.Issuer.TokenAsync(world.Vendor);

    private Task<string> Ward => world.Issuer.TokenAsync(world.Ward);

    private Task<string> Trimmed => world.Issuer.TokenAsync(world.Trimmed);

    [Fact]
    public async Task Search_UnderAGrantWithElements_IsTrimmedToThem()
    {
        var reply = await world.GetAsync("/lab/v5/patients/p1/results", await Trimmed);

        Assert.Equal(
            """[{"id":"r1","category":"laboratory"},{"id":"r3","category":"imaging"},{"id":"r7","category":"laboratory"}]""",
            reply.Json["results"]!.ToJsonString()
        );
        Assert.Equal("""{"id":"r1","category":"laboratory"}""", (await world.GetAsync("/lab/v5/results/r1", await Trimmed)).Body);
        Assert.Equal("value-r1", (string?)(await world.GetAsync("/lab/v5/results/r1", await Vendor)).Json["value"]);
        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            static record => (string?)record["kind"] == "disclosure"
        );
        Assert.Contains("keep-elements", disclosure["obligations"]!.ToJsonString());
    }

    [Fact]
    public async Task Search_ByWhatIsHidden_IsRefusedAndByWhatIsShownNot()
    {
        Assert.Equal("hidden-element", CodeOf(await world.GetAsync("/lab/v5/patients/p1/results?from=2026", await Trimmed)));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/lab/v5/patients/p1/results?category=all", await Trimmed)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/lab/v5/patients/p1/results?from=2026", await Vendor)).Status);
    }

    [Fact]
    public async Task Patch_OfWhatIsHidden_IsRefusedAndOfWhatIsShownNot()
    {
        var created = await world.SendAsync(
            HttpMethod.Post,
            "/lab/v1/results",
            await Ward,
            """{"patientId":"p9","category":"laboratory","value":"of p9"}""",
            "application/json"
        );
        var target = $"/lab/v5/results/{(string?)created.Json["id"]}";
        var hidden = await PatchAsync("""{"value":"x"}""");
        var unknown = await PatchAsync("""{"remark":"x"}""");

        Assert.Equal((HttpStatusCode.Forbidden, "hidden-element"), (hidden.Status, CodeOf(hidden)));
        Assert.Equal("hidden-element", CodeOf(unknown));
        Assert.Equal(HttpStatusCode.NoContent, (await PatchAsync("""{"status":"final"}""")).Status);
        Assert.Equal("final", (string?)(await world.GetAsync(target, await Trimmed)).Json["status"]);
        Assert.Equal("of p9", (string?)(await world.GetAsync(target, await Ward)).Json["value"]);

        async Task<Reply> PatchAsync(string patch) =>
            await world.SendAsync(HttpMethod.Patch, target, await Trimmed, patch, "application/merge-patch+json");
    }

    [Fact]
    public async Task Search_WithoutAPatient_IsAskedForThosePermitted()
    {
        await world.Lab.ForgetRecordedAsync();

        var own = await world.GetAsync("/lab/v5/results", await Vendor);
        var some = await world.GetAsync("/lab/v5/results?patient=p2,p4", await Vendor);
        var all = await world.GetAsync("/lab/v5/results", await Ward);

        Assert.Equal(["r1", "r5", "r7"], Ids(own).Where(static id => id[0] == 'r').Order());
        Assert.Equal(["r5"], Ids(some).Where(static id => id[0] == 'r'));
        Assert.Contains("r6", Ids(all));
        Assert.Equal(
            ["/api/v5/results?patient=p1,p2,p4", "/api/v5/results?patient=p2,p4", "/api/v5/results"],
            (await world.Lab.RecordedAsync()).Select(static request => request.Url.Replace("%2C", ",", StringComparison.Ordinal))
        );
        Assert.Equal("outside-roster", CodeOf(await world.GetAsync("/lab/v5/results?patient=p1,p3", await Vendor)));
        Assert.Equal("malformed-query", CodeOf(await world.GetAsync("/lab/v5/results?patient=p1,", await Vendor)));
        Assert.Equal("malformed-query", CodeOf(await world.GetAsync("/lab/v5/results?patient=p1&patient=p2", await Vendor)));
    }

    [Fact]
    public async Task Next_AnAddress_LeavesSealedAndIsDecidedAnew()
    {
        var page = await world.GetAsync("/lab/v5/results?patient=p1", await Vendor);
        var next = (string)page.Json["links"]!["next"]!;
        Assert.StartsWith($"{world.Gateway.Data.GetLeftPart(UriPartial.Authority)}/lab/?_page=", next, StringComparison.Ordinal);
        Assert.Null(page.Json["links"]!["self"]);
        Assert.DoesNotContain("/api/", page.Body);
        var handle = new Uri(next).PathAndQuery;
        await world.Lab.ForgetRecordedAsync();

        // The backend's next pages hold everybody's: what was asked for was p1. Five pages of it hold two each that may be seen, which fill two.
        var more = await world.GetAsync(handle, await Vendor);
        Assert.Equal(["r1", "r7"], Ids(page).Concat(Ids(more)).Distinct());
        Assert.Equal(10, Ids(page).Count + Ids(more).Count);
        Assert.Null(more.Json["links"]);
        var asked = (await world.Lab.RecordedAsync()).Select(static request => request.Url).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, static url => Assert.StartsWith("/api/v5/results?page=", url, StringComparison.Ordinal));
        Assert.Equal(
            ["p1"],
            Assert.Single(await world.TrailAsync(more.DecisionId, atLeast: 2), static record => (string?)record["kind"] == "disclosure")[
                "patients"
            ]!
                .AsArray()
                .Select(static patient => (string?)patient)
        );

        foreach (
            var (target, token) in new[]
            {
                (handle, await Ward),
                (handle[..^3] + "AAA", await Vendor),
                (handle + "&page=3", await Vendor),
                ("/lab/?_page=x", await Vendor),
            }
        )
        {
            Assert.True((await world.GetAsync(target, token)).Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, target);
        }

        Assert.Equal(asked.Count, (await world.Lab.RecordedAsync()).Count);
    }

    [Fact]
    public async Task Next_ACursor_LeavesSealedAndIsGoodForThatQuestionOnly()
    {
        const string Target = "/lab/v5/patients/p1/results";
        var page = await world.GetAsync($"{Target}?category=all", await Vendor);
        var cursor = (string)page.Json["page"]!["next"]!;
        Assert.True(cursor.Length > 40, cursor);
        await world.Lab.ForgetRecordedAsync();

        var more = await world.GetAsync($"{Target}?category=all&page={cursor}", await Vendor);
        Assert.Equal(["r1", "r7"], Ids(page).Concat(Ids(more)).Distinct());
        Assert.Equal(10, Ids(page).Count + Ids(more).Count);
        Assert.Null(more.Json["page"]);
        var asked = (await world.Lab.RecordedAsync()).Select(static request => request.Url).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, static url => Assert.StartsWith("/api/v5/patients/p1/results?category=all&page=", url, StringComparison.Ordinal));

        // Another question, another client, another patient, the backend's own cursor.
        foreach (
            var (target, token) in new[]
            {
                ($"{Target}?page={cursor}", await Vendor),
                ($"{Target}?category=x&page={cursor}", await Vendor),
                ($"{Target}?category=all&page={cursor}", await Ward),
                ($"/lab/v5/patients/p2/results?category=all&page={cursor}", await Vendor),
                ($"{Target}?category=all&page=2", await Vendor),
            }
        )
        {
            var reply = await world.GetAsync(target, token);
            Assert.Equal((HttpStatusCode.NotFound, "handle-not-yours"), (reply.Status, CodeOf(reply)));
        }

        Assert.Equal(asked.Count, (await world.Lab.RecordedAsync()).Count);
    }

    [Theory]
    [InlineData("/lab/v3/patients/p1/results")]
    [InlineData("/lab/v4/patients/p1/results")]
    public async Task Search_AnAnswerBeyondTheBound_IsRefused(string target)
    {
        var reply = await world.GetAsync(target, await Ward);

        Assert.Equal((HttpStatusCode.BadGateway, "answer-too-large"), (reply.Status, CodeOf(reply)));
        Assert.DoesNotContain("value-", reply.Body);
        Assert.Equal(
            HttpStatusCode.OK,
            (
                await world.GetAsync(
                    target.Replace("/p1/", "/p9/", StringComparison.Ordinal).Replace("/v4/", "/v3/", StringComparison.Ordinal),
                    await Ward
                )
            ).Status
        );
    }

    private static string? CodeOf(Reply reply) => reply.Body.StartsWith('{') ? (string?)reply.Json["code"] : null;

    private static List<string> Ids(Reply reply) => [.. reply.Json["results"]!.AsArray().Select(static item => (string)item!["id"]!)];
}
