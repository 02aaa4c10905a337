using System.Text;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>A patch that takes the last item of a list, or the last member of an element, leaves neither: FHIR's JSON has no empty ones.</summary>
public sealed class EmptiedElementTests : IDisposable
{
    private const string Stored = """
        {"resourceType":"Observation","id":"1","meta":{"versionId":"3"},"status":"final","code":{"text":"x"},
        "subject":{"reference":"Patient/17"},"note":[{"text":"n"}],"method":{"text":"m"},"performer":[{"display":"a"},{"display":"b"}]}
        """;

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "patch"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("json-patch", """[{"op":"remove","path":"/note/0"}]""", "note")]
    [InlineData("json-patch", """[{"op":"remove","path":"/note/0/text"}]""", "note")]
    [InlineData("json-patch", """[{"op":"remove","path":"/method/text"}]""", "method")]
    [InlineData("merge-patch", """{"method":{"text":null}}""", "method")]
    [InlineData("merge-patch", """{"note":[]}""", "note")]
    public async Task Run_PatchThatEmptiesAnElement_LeavesItOut(string form, string patch, string element)
    {
        var sent = await SendAsync(form, patch);

        Assert.DoesNotContain($"\"{element}\"", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("[]", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("{}", sent, StringComparison.Ordinal);
        Assert.Contains("\"b\"", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PatchThatLeavesSomething_KeepsIt()
    {
        var sent = await SendAsync("json-patch", """[{"op":"remove","path":"/performer/0"}]""");

        Assert.Contains("\"performer\":[{\"display\":\"b\"}]", sent, StringComparison.Ordinal);
    }

    private async Task<string> SendAsync(string form, string patch)
    {
        _world.Upstream.Answers("GET /Observation/1", Stored).Answers("PUT /Observation/1", string.Empty);
        using var exchange = _world.Open("PATCH", "/fhir/Observation/1", patch);
        exchange.Http.Request.ContentType = $"application/{form}+json";
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        return Encoding.UTF8.GetString(_world.Upstream.Calls.Last(static call => call.Method == "PUT").Body.Span);
    }
}
