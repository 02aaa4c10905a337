using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>
/// Some servers search by one id, or by none: what several names of one type need is read one by one there, and tells no more than before.
/// </summary>
public sealed class RecordsByIdTests : IDisposable
{
    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation"],
            Interactions = ["read", "search", "create"],
        }
    );

    public RecordsByIdTests() =>
        _world
            .Upstream.Answers("GET /Observation/own", StageWorld.Observation("own"))
            .Answers("GET /Observation/other", StageWorld.Observation("other"))
            .Answers("GET /Observation/foreign", StageWorld.Observation("foreign", "18"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(400, "other", null)]
    [InlineData(403, "other", null)]
    [InlineData(405, "other", null)]
    [InlineData(501, "other", null)]
    [InlineData(400, "foreign", "patient-undetermined")]
    [InlineData(400, "nothing", "patient-undetermined")]
    [InlineData(404, "other", "patient-undetermined")]
    [InlineData(503, "other", "upstream-busy")]
    [InlineData(500, "other", "upstream-refused")]
    public async Task Run_SeveralNamesAtAServerThatTakesOne_AreReadOneByOne(int status, string other, string? refusal)
    {
        _world.Upstream.Answers($"GET /Observation?_id=own,{other}&_count=20", "{}", status);
        using var exchange = _world.Open(
            "POST",
            "/fhir/Observation",
            $$"""
            {"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "hasMember":[{"reference":"Observation/own"},{"reference":"Observation/{{other}}"}]}
            """
        );

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Settle")).Refusal?.Code);
        Assert.All(_world.Upstream.Calls, static call => Assert.Equal("GET", call.Method));
    }
}
