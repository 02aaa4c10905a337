using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Trail;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Who stood between the caller and the subject is on record, and by which certificate the caller proved itself.</summary>
public sealed class DelegatedRecordTests : IDisposable
{
    private readonly StageWorld _world = new(TestRegistry.Client() with { DelegationDepth = 2 }, null, StageWorld.Grant("read"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(new string[0], null)]
    [InlineData(new[] { "connector" }, null)]
    [InlineData(new[] { "stranger" }, "unknown-actor")]
    [InlineData(new[] { "connector", "stranger" }, "unknown-actor")]
    [InlineData(new[] { "a", "b", "c" }, "delegation-too-deep")]
    public async Task Record_OfADelegatedRead_NamesEachActor(string[] actors, string? refused)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Callers.Result = CallerResult.Of(Asked.Caller() with { Actors = actors });
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        var result = await _world.WalkAsync(exchange, "Release");
        Assert.Equal(refused, result.Refusal?.Code);
        if (result.Refusal is { } reason)
        {
            await _world.Get<AuditTrail>().RecordRefusalAsync(exchange, reason, result.Detail);
        }

        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(refused is null ? AuditKind.Disclosure : AuditKind.Decision, record.Kind);
        Assert.Equal(actors, record.Actors);
    }

    [Fact]
    public async Task Record_OfACallerByCertificate_HasItsHash()
    {
        var hash = new string('a', 64);
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        foreach (var (binding, certificate) in new (ProofBinding, string?)[] { (ProofBinding.Mtls, hash), (ProofBinding.Dpop, null) })
        {
            _world.Callers.Result = CallerResult.Of(Asked.Caller() with { Binding = binding, CertificateHash = certificate });
            using var exchange = _world.Open("GET", "/fhir/Observation/1");
            Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
            Assert.Equal(certificate, _world.Journal.Records[^1].Certificate);
        }
    }

    [Fact]
    public async Task Record_OfAStrangersActors_IsCutAsAllOfTheirs()
    {
        _world.Callers.Result = CallerResult.Of(Asked.Caller("nobody") with { Actors = [new string('x', 5000)] });
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.Same(DenyReason.UnknownClient, result.Refusal);
        await _world.Get<AuditTrail>().RecordRefusalAsync(exchange, result.Refusal!, null);

        Assert.InRange(Assert.Single(Assert.Single(_world.Journal.Records).Actors).Length, 200, 400);
    }
}
