using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using Xunit;

namespace PhiGateway.Tests.Gateway.Identify;

public sealed class IdentifyStageTests : IDisposable
{
    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_GoodToken_FindsTheOneRegisteredClient()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Identify")).Continues);
        Assert.Equal("connector", exchange.Identified.Client.Client.Id);
    }

    [Fact]
    public async Task Run_GoodTokenOfNobody_GoesOnWithoutClient()
    {
        _world.Callers.Result = CallerResult.Of(Asked.Caller("stranger"));
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.True((await _world.WalkAsync(exchange, "Identify")).Continues);
        Assert.Null(exchange.Identified.Entry);
        Assert.Equal(DenyReason.UnknownClient, (await _world.WalkAsync(_world.Open("GET", "/fhir/Observation/1"), "Decide")).Refusal);
    }

    [Fact]
    public async Task Run_BadToken_IsRefusedAndItsClaimKeptForTheRecordOnly()
    {
        _world.Callers.Result = CallerResult.Refused(DenyReason.InvalidToken, "claimed");
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.InvalidToken, (await _world.WalkAsync(exchange, "Identify")).Refusal);
        Assert.Equal("claimed", exchange.ClaimedClientId);
        Assert.Null(exchange.Known.Caller);
    }

    [Fact]
    public async Task Run_TokenInTheQuery_IsRefusedWithoutBeingLookedAt()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1?Access_Token=x");

        Assert.Equal(DenyReason.MalformedCredential, (await _world.WalkAsync(exchange, "Identify")).Refusal);
        Assert.Equal(0, _world.Callers.Asks);
    }

    [Fact]
    public async Task Run_PublicDocument_AsksNobody()
    {
        using var exchange = _world.Open("GET", "/fhir/metadata");

        Assert.True((await _world.WalkAsync(exchange, "Identify")).Continues);
        Assert.Equal(0, _world.Callers.Asks);
    }
}
