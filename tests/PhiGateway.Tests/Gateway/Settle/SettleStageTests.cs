using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

public sealed class SettleStageTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "update"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_Search_PassesWithTheEarlyPermitAndAsksNobody()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation?patient=17");

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
        Assert.Same(exchange.Decided.Permit, exchange.Settled.Permit);
        Assert.Empty(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_Update_IsDecidedOverTheStoredVersionAndTiedToIt()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Settle")).Continues);
        Assert.Equal("3", exchange.Settled.Version);
    }

    // A small patch of a large record is a large update.
    [Theory]
    [InlineData(200_000, true)]
    [InlineData(10, false)]
    public async Task Run_PatchAppliedHere_HoldsRoomForItsResultUntilTheRequestEnds(int length, bool isHeld)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "patch"));
        var stored = StageWorld.Observation().Replace("\"x\"", $"\"{new string('x', length)}\"", StringComparison.Ordinal);
        world.Upstream.Answers("GET /Observation/1", stored);
        var exchange = world.Open("PATCH", "/fhir/Observation/1", """[{"op":"replace","path":"/status","value":"amended"}]""");
        exchange.Http.Request.ContentType = "application/json-patch+json";

        Assert.True((await world.WalkAsync(exchange, "Settle")).Continues);
        Assert.Equal(isHeld ? exchange.Request.Patched.Length : 0, world.Get<HeldMemory>().Held);

        exchange.Dispose();
        Assert.Equal(0, world.Get<HeldMemory>().Held);
    }

    [Fact]
    public async Task Run_PatchesOfABatch_HoldRoomForOneResultAfterTheOther()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "patch"));
        var stored = StageWorld.Observation().Replace("\"x\"", $"\"{new string('x', 200_000)}\"", StringComparison.Ordinal);
        world.Upstream.Answers("GET /Observation/1", stored).Answers("PUT /Observation/1", StageWorld.Observation(version: "4"));
        var held = new List<long>();
        world.Upstream.OnCall = call => held.Add(call.Method == "PUT" ? world.Get<HeldMemory>().Held : 0);
        var patch = Convert.ToBase64String("""[{"op":"replace","path":"/status","value":"amended"}]"""u8);
        var entry =
            $$"""{"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{patch}}"},"request":{"method":"PATCH","url":"Observation/1"} }""";
        using var exchange = world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"batch","entry":[{{entry}},{{entry}},{{entry}}]}"""
        );

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(3, held.Count(static bytes => bytes >= 200_000));
        Assert.All(held, static bytes => Assert.True(bytes < 400_000));
        Assert.Equal(0, world.Get<HeldMemory>().Held);
    }

    // Each by itself is small, and a transaction may hold a thousand of them.
    [Fact]
    public async Task Run_PatchesOfATransaction_HoldRoomForEachResultUntilTheRequestEnds()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "patch"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers("GET /Observation/2", StageWorld.Observation("2"));
        var patch = Convert.ToBase64String("""[{"op":"replace","path":"/status","value":"amended"}]"""u8);
        var entries = ((string[])["1", "2"]).Select(id =>
            $$"""{"resource":{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{patch}}"},"request":{"method":"PATCH","url":"Observation/{{id}}"} }"""
        );
        var exchange = world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}"""
        );

        Assert.True((await world.WalkAsync(exchange, "Settle")).Continues);
        var results = exchange.Entries.Sum(static entry => (long)entry.Request.Patched.Length);
        Assert.True(results > 0);
        Assert.InRange(world.Get<HeldMemory>().Held, results + (2 * StageWorld.Observation().Length), 3 * results);

        exchange.Dispose();
        Assert.Equal(0, world.Get<HeldMemory>().Held);
    }

    [Fact]
    public async Task Run_UpdateOfAnotherPatientsRecord_IsRefused()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.True((await _world.WalkAsync(exchange, "Settle")).IsRefused(out _));
        Assert.Null(exchange.Known.Reply);
    }

    [Fact]
    public async Task Run_UpdateAgainstAnotherVersion_IsRefused()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation(), ("If-Match", "W/\"2\""));

        Assert.Equal(DenyReason.VersionChanged, (await _world.WalkAsync(exchange, "Settle")).Refusal);
    }

    [Fact]
    public async Task Run_UpstreamAway_IsRefusedForThat()
    {
        _world.Upstream.Fails("GET /Observation/1", DenyReason.UpstreamTimeout);
        using var exchange = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.Equal(DenyReason.UpstreamTimeout, (await _world.WalkAsync(exchange, "Settle")).Refusal);
        Assert.Null(exchange.Known.Permit);
    }
}
