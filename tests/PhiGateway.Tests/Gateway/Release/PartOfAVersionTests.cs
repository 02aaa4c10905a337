using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>To one who is shown a part of a record a read tells not whether there is anything else in it.</summary>
public sealed class PartOfAVersionTests
{
    [Theory]
    [InlineData("If-None-Match", "W/\"3\"")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Modified-Since", "Mon, 04 May 2026 09:00:00 GMT")]
    public async Task Run_ReadOfWhatTheClientHasInPart_IsAnsweredAlikeWhateverIsHidden(string header, string value)
    {
        var bare = StageWorld.Observation();
        var more = bare.Replace("\"status\"", "\"valueString\":\"CANARY\",\"status\"", StringComparison.Ordinal);

        var (status, body) = await AskAsync(bare, header, value, "status", "code", "subject");

        Assert.Equal(200, status);
        Assert.Equal((status, body), await AskAsync(more, header, value, "status", "code", "subject"));
        Assert.Equal((304, string.Empty), await AskAsync(more, header, value));
    }

    // A tag that a server without versions works out from the whole record tells of what is hidden in it.
    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "W/\"5d41402abc4b2a76\"")]
    public async Task Run_ReadOfWhatHasAVersionInTheHeaderAlone_TellsItWithTheWholeRecord(bool isPart, string? tag)
    {
        string[] elements = isPart ? ["status", "code", "subject"] : [];
        using var world = new StageWorld(null, null, StageWorld.Grant("read") with { Elements = elements });
        world.Upstream.Answers("GET /Observation/1", Unversioned, change: Tag);
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(tag, exchange.Http.Response.Headers.ETag.FirstOrDefault());
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "W/\"5d41402abc4b2a76\"")]
    public async Task Run_PatchThatIsEchoedWithAVersionInTheHeaderAlone_TellsItWithTheWholeRecord(bool isPart, string? tag)
    {
        string[] elements = isPart ? ["status", "code", "subject"] : [];
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "patch") with { Elements = elements });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers("PUT /Observation/1", Unversioned, change: Tag);
        using var exchange = world.Open("PATCH", "/fhir/Observation/1", """[{"op":"replace","path":"/status","value":"amended"}]""");
        exchange.Http.Request.ContentType = "application/json-patch+json";

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(tag, exchange.Http.Response.Headers.ETag.FirstOrDefault());
    }

    // The same within a transaction, where the tag stands in the answer to an entry.
    [Theory]
    [InlineData(true, false, null)]
    [InlineData(true, true, "W/\"3\"")]
    [InlineData(false, false, "\"5d41402abc4b2a76\"")]
    public async Task Run_ReadWithinATransaction_TellsTheServersOwnTagWithTheWholeRecord(bool isPart, bool isVersioned, string? tag)
    {
        string[] elements = isPart ? ["status", "code", "subject"] : [];
        using var world = new StageWorld(null, null, StageWorld.Grant("read") with { Elements = elements });
        var resource = isVersioned ? StageWorld.Observation() : Unversioned;
        world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                $$$"""
                {"resourceType":"Bundle","type":"transaction-response","entry":[{"resource":{{{resource}}},
                "response":{"status":"200 OK","etag":"\"5d41402abc4b2a76\""}}]}
                """,
                "application/fhir+json"
            );
        using var exchange = world.Open(
            "POST",
            "/fhir",
            """{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Observation/1"}}]}"""
        );

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        var entry = JsonNode.Parse(StageWorld.Written(exchange))!["entry"]![0]!;
        Assert.Equal("1", (string?)entry["resource"]!["id"]);
        Assert.Equal(tag, (string?)entry["response"]!["etag"]);
    }

    private static string Unversioned =>
        StageWorld.Observation().Replace("\"versionId\":\"3\"", "\"source\":\"a\"", StringComparison.Ordinal);

    private static void Tag(HttpResponseMessage response) => response.Headers.ETag = new EntityTagHeaderValue("\"5d41402abc4b2a76\"");

    private static async Task<(int Status, string Body)> AskAsync(string stored, string header, string value, params string[] elements)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read") with { Elements = elements });
        world.Upstream.Answers(
            "GET /Observation/1",
            stored,
            change: static response => response.Content.Headers.LastModified = new DateTimeOffset(2026, 5, 4, 8, 0, 0, TimeSpan.Zero)
        );
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, (header, value));

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        return (exchange.Http.Response.StatusCode, StageWorld.Written(exchange));
    }
}
