using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// Pages do not tell of what is withheld between their matches: however small, they are those of a server that has only what the client may
/// see.
/// </summary>
public sealed class PagingOracleTests(SqliteWorld world) : IClassFixture<SqliteWorld>
{
    [Theory]
    [InlineData("&_count=1")]
    [InlineData("&_count=2")]
    [InlineData("&_count=3")]
    [InlineData("&_count=7")]
    [InlineData("&_count=2&_total=accurate&_sort=-date")]
    [InlineData("")]
    public async Task Pages_HiddenMatchesBetweenThoseThatLeave_AreThoseOfAServerWithoutThem(string shape)
    {
        // Two records of the same patient, one with hidden ones (for their label, for their patient, for their kind) before, between and
        // after.
        var (clean, mixed) = (NewCode(), NewCode());
        await FillAsync(clean, "vvvvvvv");
        await FillAsync(mixed, "hfvhvcv" + new string('h', 60) + "vvfhvhvhhc");

        foreach (var post in new[] { false, true })
        {
            var expected = await WalkAsync(clean, shape, post);
            Assert.Equal(expected, await WalkAsync(mixed, shape, post));
            Assert.Equal(7, expected.Sum(static page => page.Split(' ').Count(static word => word.StartsWith('v'))));
        }
    }

    [Fact]
    public async Task Page_OfOneMatch_AsksTheUpstreamForMoreAndTellsTheClientItsOwn()
    {
        var code = NewCode();
        await FillAsync(code, "vhv");
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync($"/Observation?code={code}&category=laboratory&_count=1", await world.TokenAsync(world.Lab));

        Assert.Contains("_count=50", Assert.Single(await world.Backend.RecordedAsync()).Url);
        Assert.Contains(
            "_count=1",
            (string?)reply.Json["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "self")!["url"]
        );
        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            static record => (string?)record["kind"] == "disclosure"
        );
        Assert.Equal((1, 1), ((int?)disclosure["resourceCount"], (int?)disclosure["withheldCount"]));
    }

    [Fact]
    public async Task Page_NothingToBeSeenForTooLong_SaysThatItIsIncompleteAndGoesOn()
    {
        var code = NewCode();
        await FillAsync(code, "v" + new string('h', 560) + "v");
        var lab = await world.TokenAsync(world.Lab);

        var first = await world.GetAsync($"/Observation?code={code}&category=laboratory&_count=2", lab);

        Assert.Equal(HttpStatusCode.OK, first.Status);
        var entries = first.Json["entry"]!.AsArray();
        Assert.Equal(2, entries.Count);
        Assert.Equal(
            ("outcome", "incomplete"),
            ((string?)entries[1]!["search"]!["mode"], (string?)entries[1]!["resource"]!["issue"]![0]!["code"])
        );
        Assert.Null(first.Json["total"]);
        var second = await world.GetAsync(Next(first)!, lab);
        Assert.Single(second.Json["entry"]!.AsArray());
        Assert.Null(Next(second));
    }

    [Fact]
    public async Task Batch_SearchOfOneMatch_IsPagedTheSameWay()
    {
        var (clean, mixed) = (NewCode(), NewCode());
        await FillAsync(clean, "vv");
        await FillAsync(mixed, "hhvhvh");
        var lab = await world.TokenAsync(world.Lab);
        var shapes = new List<string>();
        foreach (var code in new[] { clean, mixed })
        {
            var reply = await world.SendAsync(
                HttpMethod.Post,
                string.Empty,
                lab,
                Bodies.Bundle("batch", new Entry("GET", $"Observation?code={code}&category=laboratory&_count=1"))
            );
            var bundle = reply.Json["entry"]![0]!["resource"]!;
            shapes.Add(Shape(bundle, code));
            Assert.NotNull(bundle["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "next"));
        }

        Assert.Equal(shapes[0], shapes[1]);
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_count=0")]
    public async Task Count_WithMatchesWithheld_IsOfWhatLeaves(string count)
    {
        var code = NewCode();
        await FillAsync(code, "vhvfh");
        var lab = await world.TokenAsync(world.Lab);
        var query = $"code={code}&category=laboratory&{count}";

        var get = await world.GetAsync($"/Observation?{query}", lab);
        var post = await world.SendAsync(HttpMethod.Post, "/Observation/_search", lab, query, "application/x-www-form-urlencoded");
        var batch = await world.SendAsync(
            HttpMethod.Post,
            string.Empty,
            lab,
            Bodies.Bundle("batch", new Entry("GET", $"Observation?{query}"))
        );

        foreach (var bundle in (System.Text.Json.Nodes.JsonNode[])[get.Json, post.Json, batch.Json["entry"]![0]!["resource"]!])
        {
            Assert.Equal(2, (int?)bundle["total"]);
            Assert.Null(bundle["entry"]);
        }
    }

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_count=0")]
    public async Task Count_InATransaction_IsRefusedBeforeTheUpstream(string count)
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Post,
            string.Empty,
            lab,
            Bodies.Bundle("transaction", new Entry("GET", $"Observation?category=laboratory&{count}"))
        );

        Assert.Equal("hidden-element", reply.Code);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("&_total=accurate")]
    [InlineData("&_total=estimate")]
    public async Task Total_WithMatchesWithheld_CountsWhatLeaves(string total)
    {
        var code = NewCode();
        await FillAsync(code, "vhvfh");
        var lab = await world.TokenAsync(world.Lab);
        var query = $"Observation?code={code}&category=laboratory{total}";

        var reply = await world.GetAsync($"/{query}", lab);
        var batch = await world.SendAsync(HttpMethod.Post, string.Empty, lab, Bodies.Bundle("batch", new Entry("GET", query)));

        Assert.Equal(2, (int?)reply.Json["total"]);
        Assert.Equal(2, (int?)batch.Json["entry"]![0]!["resource"]!["total"]);
        Assert.DoesNotContain("\"total\":5", batch.Body + reply.Body);
    }

    private static string NewCode() => $"page-{Guid.NewGuid():N}"[..20];

    // Every page in turn: its entries by what they are, whether it has a next one, what it counts, what else it says.
    private async Task<IReadOnlyList<string>> WalkAsync(string code, string shape, bool post)
    {
        var lab = await world.TokenAsync(world.Lab);
        var query = $"code={code}&category=laboratory{shape}";
        var page = post
            ? await world.SendAsync(HttpMethod.Post, "/Observation/_search", lab, query, "application/x-www-form-urlencoded")
            : await world.GetAsync($"/Observation?{query}", lab);
        var pages = new List<string>();
        while (true)
        {
            Assert.True(page.Status == HttpStatusCode.OK, page.Body);
            pages.Add(Shape(page.Json, code));
            if (Next(page) is not { } next)
            {
                return pages;
            }

            page = await world.GetAsync(next, lab);
        }
    }

    private static string Shape(JsonNode bundle, string code)
    {
        var entries = (bundle["entry"]?.AsArray() ?? []).Select(entry =>
            $"{((string)entry!["resource"]!["id"]!).Replace(code, string.Empty, StringComparison.Ordinal)}:{entry["search"]?["mode"]}"
        );
        var links = (bundle["link"]?.AsArray() ?? []).Select(static link => (string)link!["relation"]!);
        return $"{string.Join(' ', entries)} | {string.Join(' ', links)} | {bundle["total"]} "
            + $"| {string.Join(' ', bundle.AsObject().Select(static member => member.Key))}";
    }

    private string? Next(Reply page) =>
        (string?)page.Json["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next")?["url"] is { } url
            ? url[world.Base.Length..]
            : null;

    // v: may be seen; h: restricted; f: another patient's; c: of another category.
    private async Task FillAsync(string code, string kinds)
    {
        using var http = new HttpClient();
        var (seen, hidden) = (0, 0);
        foreach (var kind in kinds)
        {
            var id = kind == 'v' ? $"v{seen++}{code}" : $"x{hidden++}{code}";
            var body = JsonNode.Parse(Bodies.Observation(kind == 'f' ? "f201" : "example", id: id))!;
            body["code"] = new JsonObject
            {
                ["coding"] = new JsonArray(new JsonObject { ["system"] = "http://loinc.org", ["code"] = code }),
            };
            if (kind == 'h')
            {
                body["meta"] = new JsonObject
                {
                    ["security"] = new JsonArray(
                        new JsonObject { ["system"] = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", ["code"] = "R" }
                    ),
                };
            }

            if (kind == 'c')
            {
                body["category"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(new JsonObject { ["code"] = "survey" }) });
            }

            using var request = new HttpRequestMessage(HttpMethod.Put, $"{world.Backend.Base}/Observation/{id}");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "backend-secret");
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/fhir+json");
            (await http.SendAsync(request)).EnsureSuccessStatusCode();
        }
    }
}
