using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>A shelf is filled once, and read after its stage only.</summary>
public sealed class GatewayExchangeTests : IDisposable
{
    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void Shelves_BeforeTheirStage_AreFaultsThatNameIt()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Contains(
            "Ingress",
            Assert.Throws<InvalidOperationException>(() => exchange.Ingressed.Canonical).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Identify",
            Assert.Throws<InvalidOperationException>(() => exchange.Identified.Caller).Message,
            StringComparison.Ordinal
        );
        Assert.Contains("Understand", Assert.Throws<InvalidOperationException>(() => exchange.Request).Message, StringComparison.Ordinal);
        Assert.Contains(
            "Decide",
            Assert.Throws<InvalidOperationException>(() => exchange.Decided.Permit).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Admit",
            Assert.Throws<InvalidOperationException>(() => exchange.Admitted.Ticket).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Settle",
            Assert.Throws<InvalidOperationException>(() => exchange.Settled.Permit).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Forward",
            Assert.Throws<InvalidOperationException>(() => exchange.Forwarded.Answer).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<InvalidOperationException>(() => exchange.Permit);
    }

    [Fact]
    public void Known_BeforeAnyStage_IsNothingButTheRoute()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.NotNull(exchange.Known.Route);
        Assert.Null(exchange.Known.Canonical);
        Assert.Null(exchange.Known.Caller);
        Assert.Null(exchange.Known.Client);
        Assert.Null(exchange.Known.Asked);
        Assert.Null(exchange.Known.Request);
        Assert.Null(exchange.Known.Permit);
        Assert.Null(exchange.Known.Reply);
    }

    [Fact]
    public async Task Shelves_FilledTwice_AreFaults()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        await _world.WalkAsync(exchange, "Release");

        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Ingressed));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Identified));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Understood));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Decided));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Admitted));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Settled));
        Assert.Throws<InvalidOperationException>(() => exchange.Fill(exchange.Forwarded));
        Assert.Throws<InvalidOperationException>(() => exchange.Say(RequestKind.Single));
    }

    [Fact]
    public async Task Stages_OfAKindThatNobodyNamed_Refuse()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        await _world.WalkAsync(exchange, "Identify");

        foreach (var stage in _world.Get<PhiGateway.Gateway.Pipeline.GatewayPipeline>().Stages.Skip(4))
        {
            var result = await stage.RunAsync(exchange);
            Assert.True(result.IsRefused(out var reason), stage.Name);
            Assert.Equal(DenyReason.Faulted, reason);
        }
    }

    [Fact]
    public void StageResult_Default_IsARefusal()
    {
        Assert.True(default(StageResult).IsRefused(out var reason));
        Assert.Equal(DenyReason.Faulted, reason);
        Assert.False(default(StageResult<string>).Continues);
        Assert.Throws<InvalidOperationException>(() => default(StageResult<string>).Value);
        Assert.Equal("x", ((StageResult<string>)"x").Value);
    }
}
