using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Forward;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Emergency access stands in the record with the reason that was given for it.</summary>
public sealed class JustificationTests
{
    private static readonly UseCase Emergency = TestRegistry.UseCase() with { AllowsBreakGlass = true, Purposes = ["TREAT", "BTG"] };

    [Theory]
    [InlineData("BTG", "unconscious, no other source")]
    [InlineData("TREAT", null)]
    public async Task Record_OfAnAccess_SaysWhyWhereThatHadToBeSaid(string purpose, string? noted)
    {
        using var world = new StageWorld();
        world.Publish(TestRegistry.Build(TestRegistry.Open(Emergency)));
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", "unconscious, no other source"));

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(noted, Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure).Note);
    }

    [Theory]
    [InlineData("BTG", true)]
    [InlineData("TREAT", false)]
    public async Task Emergency_HasARecordOfItsOwn_BeforeAnythingGoesUpstream(string purpose, bool isEmergency)
    {
        using var world = World(purpose);
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", "unconscious, no other source"));

        Assert.True((await world.WalkAsync(exchange, "Forward")).Continues);
        var told = world.Journal.Records.Where(static record => record.Kind == AuditKind.Override).ToList();
        Assert.Equal(isEmergency ? 1 : 0, told.Count);
        Assert.All(
            told,
            record =>
            {
                Assert.Equal(exchange.Id, record.ParentId);
                Assert.Equal(EmergencyUse.Actor, record.Actor);
                Assert.Equal("unconscious, no other source", record.Note);
                Assert.Equal(exchange.Identified.Client.Client.Owner, record.Owner);
                Assert.Equal(purpose, record.Purpose);
                Assert.Equal("token", record.PurposeFrom);
            }
        );
    }

    [Fact]
    public async Task Emergency_ThatCannotBeRecorded_DoesNotGoUpstream()
    {
        using var world = World("BTG");
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", "unconscious"));
        Assert.True((await world.WalkAsync(exchange, "Settle")).Continues);
        world.Journal.Status = JournalStatus.Full;

        Assert.False((await world.Get<ForwardStage>().RunAsync(exchange)).Continues);
        Assert.Empty(world.Upstream.Calls);
    }

    [Fact]
    public async Task Purpose_ThatNoTokenAsserts_IsTheRegistrysInTheRecord()
    {
        using var world = World("TREAT");
        world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase() with { Purposes = ["TREAT"] })));
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [], PurposeFromRegistry = true });
        using var exchange = world.Open("GET", "/fhir/Observation/1");

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        var record = Assert.Single(world.Journal.Records);
        Assert.Equal(("TREAT", "registry"), (record.Purpose, record.PurposeFrom));
    }

    // An obligation that nobody fulfils is no permit: each that the decision can give has a handler, and the handler is there.
    [Fact]
    public void Obligations_ThatADecisionCanGive_HaveAHandlerEach()
    {
        var given = typeof(Obligation).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(Obligation))).ToList();
        Assert.Equal(given.OrderBy(static type => type.Name), Obligations.Handlers.Keys.OrderBy(static type => type.Name));
        var sources = RepositoryPaths.Files(RepositoryPaths.Of("src"), "*.cs").Select(Path.GetFileNameWithoutExtension).ToHashSet();
        Assert.All(Obligations.Handlers.Values, handler => Assert.Contains(handler, sources));
    }

    private static StageWorld World(string purpose)
    {
        var world = new StageWorld();
        world.Publish(TestRegistry.Build(TestRegistry.Open(Emergency)));
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        return world;
    }
}
