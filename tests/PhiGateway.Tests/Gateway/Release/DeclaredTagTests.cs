using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// A backend may work the tag of a record out from all that it holds: it leaves with a record that leaves whole, and with no part of one.
/// </summary>
public sealed class DeclaredTagTests
{
    private const string Record = """{"id":"1","patient":"17","status":"final","value":"CANARY"}""";

    [Fact]
    public async Task Release_RecordThatLeavesWhole_HasItsTag() =>
        Assert.Equal(("\"v1\"", Record), await AskAsync(StageWorld.Grant("read"), "\"v1\""));

    // Whatever the hidden part holds, no byte of the answer is another.
    [Theory]
    [InlineData("\"v1\"")]
    [InlineData("W/\"3b-Zm9v\"")]
    public async Task Release_PartOfARecord_HasNone(string tag)
    {
        var grant = StageWorld.Grant("read") with { Elements = ["status"] };

        Assert.Equal((string.Empty, """{"id":"1","status":"final"}"""), await AskAsync(grant, tag));
    }

    private static async Task<(string Tag, string Body)> AskAsync(Grant grant, string tag)
    {
        var row = ApiFixture.Read();
        row.Answer!.Elements = new Dictionary<string, string> { ["status"] = "/status", ["value"] = "/value" };
        using var world = new StageWorld(null, null, grant);
        world.Route = world.Route! with { Api = ApiFixture.Table(row) };
        world.Upstream.Answers(
            "GET /v1/results/1",
            Record,
            mediaType: "application/json",
            change: response => response.Headers.TryAddWithoutValidation("ETag", tag)
        );
        using var exchange = world.Open("GET", "/fhir/v1/results/1");

        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        return (exchange.Http.Response.Headers.ETag.ToString(), StageWorld.Written(exchange));
    }
}
