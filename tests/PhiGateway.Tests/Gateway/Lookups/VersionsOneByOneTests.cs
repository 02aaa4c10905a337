using PhiGateway.Gateway.Exchange;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>
/// A history of a type is judged by its records as they are now: where a server does not search by a list of ids, these are read one by
/// one, and what is not this client's now does not leave as it was.
/// </summary>
public sealed class VersionsOneByOneTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "history"));

    public VersionsOneByOneTests() =>
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"history","entry":[
                {"resource":{{StageWorld.Observation("1")}},"request":{"method":"PUT","url":"Observation/1"},"response":{"status":"200"} },
                {"resource":{{StageWorld.Observation("2")}},"request":{"method":"PUT","url":"Observation/2"},"response":{"status":"200"} }]}
                """,
                KnownMediaTypes.FhirJson
            );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(400, "17", true)]
    [InlineData(403, "17", true)]
    [InlineData(405, "17", true)]
    [InlineData(501, "17", true)]
    [InlineData(400, "18", false)]
    [InlineData(400, null, false)]
    public async Task Run_HistoryOfATypeAtAServerThatTakesNoList_IsServed(int status, string? now, bool leaves)
    {
        _world
            .Upstream.Answers("GET /Observation?_id=1,2&_count=20", "{}", status)
            .Answers("GET /Observation/1", StageWorld.Observation("1"))
            .Answers("GET /Observation/2", StageWorld.Observation("2", now ?? "17"), now is null ? 404 : 200);

        var history = (await _world.AskAsync("/fhir/Observation/_history")).ToJsonString();

        Assert.Contains("GET /Observation/2", _world.Upstream.Lines);
        Assert.Contains("\"id\":\"1\"", history, StringComparison.Ordinal);
        Assert.Equal(leaves, history.Contains("\"id\":\"2\"", StringComparison.Ordinal));
    }

    // What is wrong with the server is no reason to ask it for each record.
    [Theory]
    [InlineData(503, "upstream-busy")]
    [InlineData(500, "upstream-refused")]
    public async Task Run_ServerThatIsAway_IsNotAskedOneByOne(int status, string refusal)
    {
        _world.Upstream.Answers("GET /Observation?_id=1,2&_count=20", "{}", status);
        using var exchange = _world.Open("GET", "/fhir/Observation/_history");

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
        Assert.DoesNotContain("GET /Observation/1", _world.Upstream.Lines);
    }
}
