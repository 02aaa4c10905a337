using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>A Provenance on its way in belongs to whom its targets belong to: stored ones, and those of the same transaction.</summary>
public sealed class TargetAttributionTests : IDisposable
{
    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Provenance"],
            Interactions = ["read", "create", "update"],
        },
        TestRegistry.Grant() with
        {
            Types = ["Condition"],
            Interactions = ["create"],
        }
    );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("Observation/1")]
    [InlineData("http://fhir.example/r4/Observation/1")]
    [InlineData("Observation/1/_history/3")]
    public async Task Run_OverTheClientsRecord_Passes(string target)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());

        Assert.Null(await AskAsync(Provenance(target)));
    }

    [Theory]
    [InlineData("18", null)]
    [InlineData(null, null)]
    [InlineData("17", "R")]
    public async Task Run_OverARecordThatMayNotBeSeen_IsRefusedLikeOverAMissingOne(string? patient, string? confidentiality)
    {
        if (patient is not null)
        {
            _world.Upstream.Answers("GET /Observation/1", Labelled(patient, confidentiality));
        }

        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync(Provenance("Observation/1")));
        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync(Provenance("Patient/17", "Observation/1")));
    }

    [Theory]
    [InlineData("17", null)]
    [InlineData("18", "patient-undetermined")]
    public async Task Run_OverWhatTheClientMayOnlyWrite_PassesWhereItCouldHaveWrittenIt(string patient, string? refusal)
    {
        _world.Upstream.Answers(
            "GET /Condition/1",
            $$"""{"resourceType":"Condition","id":"1","subject":{"reference":"Patient/{{patient}}"} }"""
        );

        Assert.Equal(refusal, (await AskAsync(Provenance("Condition/1")))?.Code);
    }

    [Fact]
    public async Task Run_UpstreamFailsWhenAskedForATarget_IsRefusedForThat()
    {
        _world.Upstream.Fails("GET /Observation/1", DenyReason.UpstreamTimeout);

        Assert.Equal(DenyReason.UpstreamTimeout, await AskAsync(Provenance("Observation/1")));
    }

    [Fact]
    public async Task Run_OverManyRecords_AsksForThemInAFewSearches()
    {
        var targets = Enumerable.Range(0, 45).Select(static number => $"o{number}").ToArray();
        foreach (var some in targets.Chunk(20))
        {
            _world.Upstream.Answers($"GET /Observation?_id={string.Join(',', some)}&_count=20", SearchSet(some));
        }

        Assert.Null(await AskAsync(Provenance([.. targets.Select(static id => $"Observation/{id}")])));
        Assert.Equal(3, _world.Upstream.Calls.Count);
    }

    [Fact]
    public async Task Run_OverMoreThanAreLookedUp_IsTooCostly()
    {
        Assert.Equal(
            DenyReason.RequestTooCostly,
            await AskAsync(Provenance([.. Enumerable.Range(0, 201).Select(static number => $"Observation/o{number}")]))
        );
        Assert.Empty(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_OverHundredsOfTheSameTransaction_PassesWithoutALook()
    {
        var names = Enumerable.Range(0, 300).Select(static number => $"urn:uuid:00000000-0000-4000-8000-{number:D12}").ToArray();
        var entries = names.Select(static name => Entry("POST", "Observation", Written("17"), name));

        Assert.Null(await AskAsync(Transaction([.. entries, Entry("POST", "Provenance", Provenance(names))]), "/fhir"));
        Assert.Empty(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_OverARecordThatTheTransactionUpdates_Passes()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        var transaction = Transaction(
            Entry("PUT", "Observation/1", StageWorld.Observation()),
            Entry("POST", "Provenance", Provenance("Observation/1"))
        );

        Assert.Null(await AskAsync(transaction, "/fhir"));
    }

    [Fact]
    public async Task Run_OverAForeignRecordInATransaction_RefusesTheWhole()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        var name = "urn:uuid:00000000-0000-4000-8000-000000000001";
        var transaction = Transaction(
            Entry("POST", "Observation", Written("17"), name),
            Entry("POST", "Provenance", Provenance(name, "Observation/1"))
        );

        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync(transaction, "/fhir"));
    }

    [Fact]
    public async Task Run_ReadOfOneWithManyTargets_IsJudgedByAllOfThem()
    {
        var targets = Enumerable.Range(0, 25).Select(static number => $"o{number}").ToArray();
        _world.Upstream.Answers(
            "GET /Provenance/p1",
            Provenance([.. targets.Select(static id => $"Observation/{id}")])
                .Replace("\"Provenance\",", "\"Provenance\",\"id\":\"p1\",", StringComparison.Ordinal)
        );
        foreach (var some in targets.Chunk(20))
        {
            _world.Upstream.Answers($"GET /Observation?_id={string.Join(',', some)}&_count=20", SearchSet(some));
        }

        using var exchange = _world.Open("GET", "/fhir/Provenance/p1");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        _world.Upstream.Answers($"GET /Observation?_id={string.Join(',', targets[20..])}&_count=20", SearchSet(targets[21..]));
        using var again = _world.Open("GET", "/fhir/Provenance/p1");
        Assert.Equal(DenyReason.NotFoundOrWithheld, (await _world.WalkAsync(again, "Release")).Refusal);
    }

    [Theory]
    [InlineData(2, null)]
    [InlineData(1, "request-too-costly")]
    public async Task Run_OverManyStoredRecords_PassesUpToWhatIsSet(int most, string? refusal)
    {
        _world.Route = _world.Route! with { Language = _world.Route.Language with { MaxTargets = most } };
        _world.Upstream.Otherwise = () => RecordingUpstream.Reply(200, SearchSet(["1", "2"]), "application/fhir+json");

        Assert.Equal(refusal, (await AskAsync(Provenance("Observation/1", "Observation/2")))?.Code);
    }

    [Fact]
    public async Task Run_ManyOverOneRecord_AskForItOnce()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        var one = Entry("POST", "Provenance", Provenance("Observation/1"));

        Assert.Null(await AskAsync(Transaction(one, one, one), "/fhir"));
        Assert.Single(_world.Upstream.Calls);
    }

    // What is not there is asked for once as well, and by each of them it is not there.
    [Fact]
    public async Task Run_SeveralOverOneThatIsMissing_IsRefused()
    {
        var transaction = Transaction(
            Entry("POST", "Provenance", Provenance("Patient/17")),
            Entry("POST", "Provenance", Provenance("Observation/1"))
        );

        Assert.Equal(DenyReason.PatientUndetermined, await AskAsync(transaction, "/fhir"));
    }

    [Theory]
    [InlineData(4, null)]
    [InlineData(3, "request-too-costly")]
    public async Task Run_EntriesThatSpeakOfMoreTogether_PassUpToAsManyRequestsAsThereMayBeEntries(int most, string? refusal)
    {
        _world.Route = _world.Route! with { Language = _world.Route.Language with { MaxTargets = 2, MaxBundleEntries = most } };
        foreach (var id in (string[])["1", "2"])
        {
            _world.Upstream.Answers($"GET /Observation/{id}", StageWorld.Observation(id));
            _world.Upstream.Answers(
                $"GET /Condition/{id}",
                $$"""{"resourceType":"Condition","id":"{{id}}","subject":{"reference":"Patient/17"} }"""
            );
        }

        var transaction = Transaction(
            Entry("POST", "Provenance", Provenance("Observation/1", "Condition/1")),
            Entry("POST", "Provenance", Provenance("Observation/2", "Condition/2"))
        );

        Assert.Equal(refusal, (await AskAsync(transaction, "/fhir"))?.Code);
    }

    private async Task<DenyReason?> AskAsync(string body, string target = "/fhir/Provenance")
    {
        using var exchange = _world.Open("POST", target, body);
        return (await _world.WalkAsync(exchange, "Settle")).Refusal;
    }

    private static string Provenance(params string[] targets) =>
        $$"""
            {"resourceType":"Provenance","target":[{{string.Join(
                ',',
                targets.Select(static target => $$"""{"reference":"{{target}}"}""")
            )}}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/1"} }]}
            """;

    private static string Written(string patient) =>
        $$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{patient}}"} }""";

    private static string Labelled(string patient, string? confidentiality) =>
        confidentiality is null
            ? StageWorld.Observation(patient: patient)
            : StageWorld
                .Observation(patient: patient)
                .Replace(
                    "\"versionId\":\"3\"",
                    $$"""
                    "versionId":"3","security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{confidentiality}}"}]
                    """,
                    StringComparison.Ordinal
                );

    private static string SearchSet(IEnumerable<string> ids) =>
        $$"""
            {"resourceType":"Bundle","type":"searchset","entry":[{{string.Join(
                ',',
                ids.Select(static id => $$"""{"resource":{{StageWorld.Observation(id)}} }""")
            )}}]}
            """;

    private static string Entry(string method, string url, string resource, string? name = null)
    {
        var fullUrl = name is null ? string.Empty : $"\"fullUrl\":\"{name}\",";
        return $$"""{ {{fullUrl}}"request":{"method":"{{method}}","url":"{{url}}"},"resource":{{resource}} }""";
    }

    private static string Transaction(params string[] entries) =>
        $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""";
}
