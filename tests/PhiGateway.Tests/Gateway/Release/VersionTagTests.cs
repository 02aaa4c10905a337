using System.Text.Json.Nodes;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// Servers say a version in the resource or in the <c>ETag</c> header alone; clients need it for their next change either way. A tag that is
/// no version is told to nobody.
/// </summary>
public sealed class VersionTagTests : IDisposable
{
    private const string Dated = "Mon, 04 May 2026 08:00:00 GMT";
    private const string Unversioned = """
        {"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"}}
        """;

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "vread", "search", "create", "update", "patch"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "W/\"4\"", "W/\"4\"")]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 204, "\"4\"", "W/\"4\"")]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 201, "W/\"4\"", "W/\"4\"")]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "4", "W/\"4\"")]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "W/4", "W/\"4\"")]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "Eva Muster", null)]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "\"a/b c\"", null)]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, "W/\"Eva Muster\"", null)]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 200, null, null)]
    public async Task Write_AnswerWithoutABody_HasItsVersionAndDate(
        string method,
        string target,
        string sent,
        int status,
        string? tag,
        string? told
    )
    {
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers(sent, string.Empty, status, change: response => Tag(response, tag));
        using var exchange = _world.Open(method, target, StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(told, NullIfEmpty(exchange.Http.Response.Headers.ETag.ToString()));
        Assert.Equal(Dated, exchange.Http.Response.Headers.LastModified.ToString());

        var alone = await EntryAsync(
            $$"""{"request":{"method":"{{method}}","url":"{{target[6..]}}"},"resource":{{StageWorld.Observation()}} }"""
        );
        Assert.Equal(told, (string?)alone["response"]!["etag"]);
        Assert.Equal("2026-05-04T08:00:00Z", (string?)alone["response"]!["lastModified"]);
    }

    // Who may write and not read is given the version of what it wrote, and nothing of what stands there.
    [Fact]
    public async Task Write_ByWhoMayNotRead_HasItsVersionWhetherItComesBackOrNot()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("create"));
        foreach (var echo in (string[])[string.Empty, StageWorld.Observation(version: "4")])
        {
            world.Upstream.Answers("POST /Observation", echo, 201, change: static response => Tag(response, "W/\"4\""));
            using var exchange = world.Open("POST", "/fhir/Observation", Unversioned);

            Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
            Assert.Equal("W/\"4\"", exchange.Http.Response.Headers.ETag.ToString());
            Assert.Empty(StageWorld.Written(exchange));
        }
    }

    // Its twin, which a server that knows a duplicate by itself answers with what stood there before, is refused and tells nothing.
    [Fact]
    public async Task Write_CreationOfWhatMayNotBeRead_HasItsVersion()
    {
        const string told = "W/\"4\"";
        _world.Upstream.Answers("POST /Observation", string.Empty, 201, change: static response => Tag(response, told));
        using var exchange = _world.Open("POST", "/fhir/Observation", Unversioned);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(told, exchange.Http.Response.Headers.ETag.ToString());
        Assert.Single(exchange.Http.Response.Headers.LastModified);
        Assert.Empty(StageWorld.Written(exchange));

        var alone = await EntryAsync($$"""{"request":{"method":"POST","url":"Observation"},"resource":{{Unversioned}} }""");
        Assert.Equal(told, (string?)alone["response"]!["etag"]);
        Assert.NotNull(alone["response"]!["lastModified"]);
    }

    [Fact]
    public async Task Read_VersionInTheHeaderAlone_IsToldAndKnownAgain()
    {
        _world.Upstream.Answers("GET /Observation/1", Unversioned, change: static response => Tag(response, "W/\"7\""));
        using var first = _world.Open("GET", "/fhir/Observation/1");
        Assert.True((await _world.WalkAsync(first, "Release")).Continues);
        Assert.Equal("W/\"7\"", first.Http.Response.Headers.ETag.ToString());

        using var second = _world.Open("GET", "/fhir/Observation/1", null, ("If-None-Match", "W/\"7\""));
        Assert.True((await _world.WalkAsync(second, "Release")).Continues);
        Assert.Equal((304, string.Empty), (second.Http.Response.StatusCode, StageWorld.Written(second)));
    }

    [Fact]
    public async Task Read_VersionInBoth_IsTheResourcesOwn()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(), change: static response => Tag(response, "W/\"7\""));
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal("W/\"3\"", exchange.Http.Response.Headers.ETag.ToString());
    }

    // A record that is withheld has no version for anybody.
    [Fact]
    public async Task Read_Withheld_ShowsNoTag()
    {
        var foreign = Unversioned.Replace("Patient/17", "Patient/18", StringComparison.Ordinal);
        _world.Upstream.Answers("GET /Observation/1", foreign, change: static response => Tag(response, "W/\"7\""));
        using var exchange = _world.Open("GET", "/fhir/Observation/1", null, ("If-None-Match", "W/\"7\""));

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Empty(exchange.Http.Response.Headers.ETag.ToString());
    }

    [Theory]
    [InlineData("ifNoneMatch", "W/\\\"3\\\"", "304 Not Modified")]
    [InlineData("ifNoneMatch", "W/\\\"2\\\"", "200 OK")]
    [InlineData("ifModifiedSince", "2026-05-04T08:00:00Z", "304 Not Modified")]
    [InlineData("ifModifiedSince", "2026-05-04T10:00:00+02:00", "304 Not Modified")]
    [InlineData("ifModifiedSince", "2026-05-04T07:59:59Z", "200 OK")]
    public async Task Batch_ReadOfAVersionThatTheClientHas_IsNotSentAgain(string member, string known, string status)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(), change: static response => Tag(response, null));

        var entry = await EntryAsync($$"""{"request":{"method":"GET","url":"Observation/1","{{member}}":"{{known}}"} }""");

        Assert.Equal(status, (string?)entry["response"]!["status"]);
        Assert.Equal("W/\"3\"", (string?)entry["response"]!["etag"]);
        Assert.Equal(status[0] == '3', entry["resource"] is null);
        Assert.Contains(
            _world.Journal.Records,
            static record => record.Resources.Any(static one => one.StartsWith("Observation/1", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("W/\"7\"", null, null, "W/\"7\"")]
    [InlineData("\"7\"", null, null, "W/\"7\"")]
    [InlineData("7", null, null, "W/\"7\"")]
    [InlineData("7", "7", null, "W/\"7\"")]
    [InlineData("7", "6", "version-changed", null)]
    [InlineData("W/\"7\"", "W/\"7\"", null, "W/\"7\"")]
    [InlineData("W/\"7\"", "W/\"6\"", "version-changed", null)]
    [InlineData("W/\"a/b c\"", null, "patch-not-applicable", null)]
    [InlineData(null, null, "patch-not-applicable", null)]
    public async Task Patch_OfWhatSaysItsVersionInTheHeaderAlone_IsTiedToIt(string? tag, string? match, string? refusal, string? tied)
    {
        _world
            .Upstream.Answers("GET /Observation/1", Unversioned, change: response => Tag(response, tag))
            .Answers("PUT /Observation/1", string.Empty);
        var headers = match is null ? [] : new[] { ("If-Match", match) };
        using var exchange = _world.Open(
            "PATCH",
            "/fhir/Observation/1",
            """[{"op":"replace","path":"/status","value":"amended"}]""",
            headers
        );
        exchange.Http.Request.ContentType = "application/json-patch+json";

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
        Assert.Equal(tied, TieOf("PUT /Observation/1"));
    }

    // The version that was judged is the one that is overwritten, wherever the server says it; its own word in the resource counts first.
    [Theory]
    [InlineData(false, "W/\"7\"", "W/\"7\"")]
    [InlineData(false, "\"7-gzip\"", "W/\"7\"")]
    [InlineData(false, "W/\"7--gzip\"", "W/\"7\"")]
    [InlineData(false, "7", "W/\"7\"")]
    [InlineData(false, "w/7-gzip", "W/\"7\"")]
    [InlineData(true, "W/\"7\"", "W/\"3\"")]
    [InlineData(false, null, null)]
    public async Task Update_OfAStoredVersion_IsTiedToTheVersionThatWasJudged(bool isSaidInside, string? tag, string? tied)
    {
        _world
            .Upstream.Answers(
                "GET /Observation/1",
                isSaidInside ? StageWorld.Observation() : Unversioned,
                change: response => Tag(response, tag)
            )
            .Answers("PUT /Observation/1", string.Empty);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", Unversioned);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(tied, TieOf("PUT /Observation/1"));
    }

    private string? TieOf(string line) =>
        _world
            .Upstream.Calls.Where(call => $"{call.Method} {call.PathAndQuery}" == line)
            .SelectMany(static call => call.Headers)
            .FirstOrDefault(static header => header.Key == "If-Match")
            .Value;

    private async Task<JsonNode> EntryAsync(string entry)
    {
        using var exchange = _world.Open("POST", "/fhir", $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}}]}""");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        return JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static void Tag(HttpResponseMessage response, string? tag)
    {
        response.Content.Headers.LastModified = DateTimeOffset.Parse(Dated, System.Globalization.CultureInfo.InvariantCulture);
        if (tag is not null)
        {
            response.Headers.TryAddWithoutValidation("ETag", tag);
        }
    }
}
