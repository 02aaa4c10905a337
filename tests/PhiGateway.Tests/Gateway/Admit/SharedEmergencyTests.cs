using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Admit;

/// <summary>
/// Safety: what others used up of what a use case or an organization shares refuses no emergency use. It counts, it is on record, and what
/// bounds the client itself bounds it still.
/// </summary>
public sealed class SharedEmergencyTests : IDisposable
{
    private const string Why = "unconscious, no other source";
    private const string Emergency = "ETREAT";

    private static readonly Dictionary<string, ClientLimits> Limits = new(StringComparer.Ordinal)
    {
        ["records-per-day"] = new() { RecordsPerDay = 1 },
        ["patients-per-hour"] = new() { DistinctPatientsPerHour = 1 },
        ["patients-per-day"] = new() { DistinctPatientsPerDay = 1 },
        ["patients-per-30-days"] = new() { DistinctPatientsPer30Days = 1 },
        ["bytes-per-day"] = new() { BytesPerDay = 250 },
    };

    private readonly StageWorld.QuotaBoard _board = new();
    private readonly List<StageWorld> _worlds = [];

    public static TheoryData<string, bool> EveryLimit
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var name in Limits.Keys)
            {
                cases.Add(name, true);
                cases.Add(name, false);
            }

            return cases;
        }
    }

    public void Dispose() => _worlds.ForEach(static world => world.Dispose());

    [Theory]
    [MemberData(nameof(EveryLimit))]
    public async Task Shared_ThatOthersUsedUp_RefusesNoEmergency_AndTheRecordSaysWhichItWas(string name, bool isUseCase)
    {
        var world = Node(Limits[name], isUseCase);
        for (var patient = 20; await ReadAsync(world, "second", $"{patient}") is null; patient++)
        {
            Assert.True(patient < 25, "the limit was never reached");
        }

        Assert.Null(await ReadAsync(world, "connector", "18", Emergency));

        var full = name + (isUseCase ? "-of-use-case" : "-of-organization");
        var released = Assert.Single(world.Journal.Records, static record => record is { Kind: AuditKind.Disclosure, Client: "connector" });
        Assert.Equal($"emergency beyond {full}; {Why}", released.Note);

        // What was said at its use is what was said, and nothing besides.
        Assert.Equal(Why, Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Override).Note);

        // The twin: the same client without an emergency.
        Assert.Equal((DenyReason.QuotaExceeded, full), await AskAsync(world, "connector", "19", "TREAT"));
    }

    [Theory]
    [MemberData(nameof(EveryLimit))]
    public async Task Own_ThatIsUsedUp_RefusesAnEmergencyToo(string name, bool isUseCase)
    {
        var world = Node(new ClientLimits { RecordsPerDay = 1000 }, isUseCase, Limits[name]);
        for (var patient = 20; await ReadAsync(world, "connector", $"{patient}") is null; patient++)
        {
            Assert.True(patient < 25, "the limit was never reached");
        }

        Assert.Equal((DenyReason.QuotaExceeded, name), await AskAsync(world, "connector", "18", Emergency));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Emergencies_OfAll_AreBoundedByTheirOwnBudget(bool isUseCase)
    {
        var world = Node(new ClientLimits { BreakGlassPerDay = 1 }, isUseCase);
        Assert.Null(await ReadAsync(world, "second", "17", Emergency));

        var name = "break-glass-per-day" + (isUseCase ? "-of-use-case" : "-of-organization");
        Assert.Equal((DenyReason.QuotaExceeded, name), await AskAsync(world, "connector", "18", Emergency));
        Assert.Null(await ReadAsync(world, "connector", "18"));
    }

    [Fact]
    public async Task Emergency_WithinAndBeyondWhatIsShared_CountsAgainstIt()
    {
        var world = Node(new ClientLimits { RecordsPerDay = 2 }, isUseCase: false);
        Assert.Null(await ReadAsync(world, "connector", "17", Emergency));
        Assert.Equal(Why, Assert.Single(world.Journal.Records, static record => record.Kind == AuditKind.Disclosure).Note);
        Assert.Null(await ReadAsync(world, "second"));
        Assert.Equal(DenyReason.QuotaExceeded, await ReadAsync(world, "second"));

        Assert.Null(await ReadAsync(world, "connector", "18", Emergency));
        world.Clock.Advance(TimeSpan.FromHours(30));
        world.Publish(world.Snapshots.Current);
        Assert.Null(await ReadAsync(world, "second"));
    }

    [Fact]
    public async Task Emergency_ThatTheUseCaseDoesNotCover_IsNone()
    {
        var world = Node(Limits["records-per-day"], isUseCase: false, covers: false);
        Assert.Null(await ReadAsync(world, "second"));

        Assert.NotNull(await ReadAsync(world, "connector", "18", Emergency));
        Assert.DoesNotContain(world.Journal.Records, static record => record is { Kind: AuditKind.Disclosure, Client: "connector" });
    }

    // An answer with more than a day's records for all: refused whatever others did, but not in an emergency. Matches beyond that number go
    // to a further page; what comes along with one does not, and is a record too.
    [Theory]
    [InlineData("TREAT", "limit-records")]
    [InlineData(Emergency, null)]
    public async Task Answer_LargerThanWhatIsShared_LeavesInAnEmergencyOnly(string purpose, string? refused)
    {
        var world = Node(Limits["records-per-day"], isUseCase: false);
        world.Route = world.Route! with { SelfLinks = SelfLinkRule.Ignored };
        var answer = $$$"""
            {"resourceType":"Bundle","type":"searchset","entry":[
              {"resource":{{{StageWorld.Observation()}}},"search":{"mode":"match"}},
              {"resource":{"resourceType":"Patient","id":"17","meta":{"versionId":"1"}},"search":{"mode":"include"}}]}
            """;
        world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, answer, "application/fhir+json");
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        const string Target = "/fhir/Observation?patient=17&_include=Observation:subject:Patient";
        using var exchange = world.Open("GET", Target, null, ("Phi-Justification", Why));

        var result = await world.WalkAsync(exchange, "Release");
        Assert.Equal((refused is null, refused), (result.Continues, result.Detail));
        Assert.Equal(2, exchange.Disclosure.Resources.Count);
    }

    // Whoever tries ids meets patients too; in an emergency the answer is still whether there is such a patient.
    [Theory]
    [InlineData("TREAT", "quota-exceeded", null)]
    [InlineData(Emergency, "not-found-or-withheld", "emergency beyond patients-per-hour-of-organization; " + Why)]
    public async Task Probe_BeyondWhatOthersMet_IsToldInAnEmergency(string purpose, string told, string? note)
    {
        var world = Node(Limits["patients-per-hour"], isUseCase: false);
        Assert.Null(await ReadAsync(world, "second"));
        world.Callers.Result = CallerResult.Of(Asked.Caller() with { Purposes = [PurposeOfUse.Parse(purpose)] });
        using var exchange = world.Open("GET", "/fhir/Observation?patient=44", null, ("Phi-Justification", Why));
        Assert.True((await world.WalkAsync(exchange, "Admit")).Continues);

        var reason = await world.Get<AuditTrail>().RecordRefusalAsync(exchange, DenyReason.NotFoundOrWithheld, null);

        Assert.Equal(told, reason.Code);
        Assert.Equal(note, world.Journal.Records[^1].Note);
    }

    private static async Task<DenyReason?> ReadAsync(StageWorld world, string client, string patient = "17", string purpose = "TREAT") =>
        (await AskAsync(world, client, patient, purpose)).Refusal;

    private static async Task<(DenyReason? Refusal, string? Detail)> AskAsync(
        StageWorld world,
        string client,
        string patient,
        string purpose
    )
    {
        world.Callers.Result = CallerResult.Of(Asked.Caller(client) with { Purposes = [PurposeOfUse.Parse(purpose)] });
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: patient));
        using var exchange = world.Open("GET", "/fhir/Observation/1", null, ("Phi-Justification", Why));
        var result = await world.WalkAsync(exchange, "Release");
        return (result.Refusal, result.Detail);
    }

    private StageWorld Node(ClientLimits limits, bool isUseCase, ClientLimits? own = null, bool covers = true)
    {
        var grant = StageWorld.Grant("read", "search") with
        {
            Types = ["Observation", "Patient"],
            Includes = ["Observation:subject"],
            Patients = new PatientScope { Any = true },
        };
        var useCase = TestRegistry.UseCase(grants: grant) with
        {
            Limits = isUseCase ? limits : null,
            AllowsBreakGlass = covers,
            Purposes = covers ? ["TREAT", Emergency] : ["TREAT"],
        };
        var organization = TestRegistry.Organization() with { Limits = isUseCase ? null : limits };
        var world = new StageWorld(grants: grant) { Quotas = _board };
        var (first, second) = (TestRegistry.Client() with { Limits = own ?? new ClientLimits() }, TestRegistry.Client("second"));
        var credential = TestRegistry.Credential("second-oidc", "second", "second");
        world.Publish(
            TestRegistry.Build([
                .. TestRegistry.Open(useCase, first, organization: organization),
                second,
                credential,
                TestRegistry.Approval(
                    ApprovalFingerprint.Of(second, useCase, TestRegistry.Agreement(), organization, [credential]),
                    "approval-2",
                    "second"
                ),
            ])
        );
        _worlds.Add(world);
        return world;
    }
}
