using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A search by POST for hundreds of ids has a second page: what its address has no room for is kept, sealed, where every node of the fleet
/// finds it.
/// </summary>
public sealed class KeptPageTests
{
    private const string Key = "a secret of several nodes, long enough to be one";

    private readonly PageShelf _shelf = new();

    public static TheoryData<OrganizationKind, int, bool> Searches =>
        new()
        {
            { OrganizationKind.Vendor, 300, false },
            { OrganizationKind.Vendor, 1000, true },
            { OrganizationKind.Internal, 300, true },
            { OrganizationKind.Internal, 1000, false },
        };

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task Run_SearchForHundreds_GoesOnOnAnotherNode(OrganizationKind kind, int ids, bool repeatsThem)
    {
        using var first = NewNode(kind);
        var place = Answer(first, ids, repeatsThem);
        var next = Next(await SearchAsync(first, ids));
        Assert.NotNull(next);
        Assert.True(next.Length < 200, next);

        using var second = NewNode(kind);
        second.Upstream.Answers("GET " + place, Page("2", null));
        var page = await FollowAsync(second, next);

        Assert.Equal(["2"], page["entry"]!.AsArray().Select(static entry => (string)entry!["resource"]!["id"]!));
        Assert.Null(Next(page));
    }

    // The table says nothing: neither whom the search was for nor how to ask for the page.
    [Fact]
    public async Task Run_WhatIsKept_IsSealed()
    {
        using var node = NewNode(OrganizationKind.Vendor);
        Answer(node, 300, repeatsThem: false);
        var next = Next(await SearchAsync(node, 300))!;

        var kept = Assert.Single(_shelf.All);
        Assert.DoesNotContain(kept.Id, next, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("connector", kept.Client);
        Assert.Equal(TestRegistry.Now.AddHours(1), kept.Until);
        var text = System.Text.Encoding.Latin1.GetString(kept.Content.Span);
        Assert.DoesNotContain("patient", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(IdOf(7), text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("another key")]
    [InlineData("another tenant")]
    [InlineData("later")]
    [InlineData("made up")]
    [InlineData("of a job")]
    public async Task Run_OfSomebodyElseOrTooLate_IsNotThere(string how)
    {
        using var node = NewNode(OrganizationKind.Vendor);
        Answer(node, 300, repeatsThem: false);
        var next = Next(await SearchAsync(node, 300))!;
        var path = new Uri(next).PathAndQuery;
        using var other = NewNode(OrganizationKind.Vendor, how == "another key" ? "some other secret of other nodes, as long" : Key);
        other.Route = how == "another tenant" ? other.Route! with { Tenant = "south" } : other.Route;
        other.Clock.Advance(how == "later" ? TimeSpan.FromHours(2) : TimeSpan.Zero);
        path = how switch
        {
            "made up" => path[..^8] + "AAAAAAAA",
            "of a job" => path.Replace("/?_page=", "/_export/", StringComparison.Ordinal),
            _ => path,
        };

        using var exchange = other.Open("GET", path);
        Assert.Equal(DenyReason.HandleNotYours, (await other.WalkAsync(exchange, "Release")).Refusal);
    }

    // Nothing can be kept now: the page at hand leaves, and says that there is more.
    [Theory]
    [InlineData(true, 200)]
    [InlineData(false, 0)]
    public async Task Run_WhereNothingCanBeKept_SaysThatThereIsMore(bool isAway, int most)
    {
        using var node = NewNode(OrganizationKind.Vendor, Key, most);
        Answer(node, 300, repeatsThem: false);
        _shelf.IsAway = isAway;

        var page = await SearchAsync(node, 300);

        Assert.Null(Next(page));
        Assert.Contains("incomplete", page.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("\"1\"", page.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WhileTheDatabaseIsAway_ThePageIsThereLater()
    {
        using var node = NewNode(OrganizationKind.Vendor);
        var place = Answer(node, 300, repeatsThem: false);
        var next = Next(await SearchAsync(node, 300))!;
        node.Upstream.Answers("GET " + place, Page("2", null));
        _shelf.IsAway = true;
        using (var exchange = node.Open("GET", new Uri(next).PathAndQuery))
        {
            Assert.Equal(DenyReason.PageUnavailable, (await node.WalkAsync(exchange, "Release")).Refusal);
        }

        _shelf.IsAway = false;
        Assert.Null(Next(await FollowAsync(node, next)));
    }

    // A client's budget is its own, and what fits into an address takes nothing of it.
    [Fact]
    public async Task Run_BeyondTheBudgetOfItsClient_KeepsNoMore()
    {
        using var node = NewNode(OrganizationKind.Vendor, Key, most: 2);
        Answer(node, 300, repeatsThem: false);
        Assert.NotNull(Next(await SearchAsync(node, 300)));
        Assert.NotNull(Next(await SearchAsync(node, 300)));
        Assert.Null(Next(await SearchAsync(node, 300)));

        Answer(node, 3, repeatsThem: false);
        Assert.NotNull(Next(await SearchAsync(node, 3)));
        Assert.Equal(2, _shelf.All.Count);
    }

    private StageWorld NewNode(OrganizationKind kind, string key = Key, int most = 200)
    {
        var world = new StageWorld(null, options => options.Limits.KeptPages = most) { HandleKey = key, Pages = _shelf };
        var grant = StageWorld.Whole() with { Patients = new PatientScope { Any = true } };
        var organization = TestRegistry.Organization() with { Kind = kind };
        world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        return world;
    }

    // Where the upstream goes on.
    private static string Answer(StageWorld world, int ids, bool repeatsThem)
    {
        var place = repeatsThem ? "/Observation?" + Form(ids) + "&page=2" : "?_getpages=x";
        var page = Page("1", "http://fhir.example/r4" + place);
        world.Upstream.Otherwise = () => RecordingUpstream.Reply(404, "{}", "application/fhir+json");
        foreach (var line in (string[])["POST /Observation/_search", "POST /Observation/_search?_count=50"])
        {
            world.Upstream.Answers(line, page);
        }

        // The gateway looks whether there is another match before it says so.
        world.Upstream.Answers("GET " + place, Page("2", null));
        return place;
    }

    private static string Page(string id, string? next)
    {
        var link = next is null ? string.Empty : $$""",{"relation":"next","url":"{{next}}"}""";
        return $$"""
            {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation"}{{link}}],
            "entry":[{"resource":{{StageWorld.Observation(id, IdOf(1))}},"search":{"mode":"match"} }]}
            """;
    }

    // As they come: nothing in them repeats.
    private static string IdOf(int number) =>
        new Guid(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)).AsSpan(0, 16)).ToString();

    private static string Form(int ids) => "patient=" + string.Join(',', Enumerable.Range(1, ids).Select(IdOf));

    private static async Task<JsonNode> SearchAsync(StageWorld world, int ids)
    {
        using var exchange = world.Open("POST", "/fhir/Observation/_search", Form(ids));
        exchange.Http.Request.ContentType = "application/x-www-form-urlencoded";
        var result = await world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', world.Upstream.Lines)}");
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }

    private static async Task<JsonNode> FollowAsync(StageWorld world, string next)
    {
        using var exchange = world.Open("GET", new Uri(next).PathAndQuery);
        var result = await world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', world.Upstream.Lines)}");
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }

    private static string? Next(JsonNode bundle) =>
        (string?)bundle["link"]?.AsArray().FirstOrDefault(static link => (string?)link!["relation"] == "next")?["url"];
}
