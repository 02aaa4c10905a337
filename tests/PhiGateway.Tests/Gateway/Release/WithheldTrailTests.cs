using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Handles;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>What was withheld is on record by its name and by whose it is, and found apart from what left.</summary>
public sealed class WithheldTrailTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search"));

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_ReadOfAWithheldRecord_IsOnRecordByWhoseItIs()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.IsRefused(out var reason));
        await _world.Get<PhiGateway.Gateway.Trail.AuditTrail>().RecordRefusalAsync(exchange, reason, result.Detail);

        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(["18"], record.WithheldPatients);
        Assert.Equal(["Observation/1 outside-patients"], record.Withheld);
        Assert.Empty(record.Patients);
    }

    [Fact]
    public async Task Run_SearchWithAWithheldMatch_NamesItApartFromWhatLeft()
    {
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(
                200,
                $$"""
                {"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation?patient=Patient/17"}],
                "entry":[{"resource":{{StageWorld.Observation()}} },{"resource":{{StageWorld.Observation("2", patient: "18")}} }]}
                """,
                "application/fhir+json"
            );
        using var exchange = _world.Open("GET", "/fhir/Observation?patient=17");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        var record = Assert.Single(_world.Journal.Records);
        Assert.Equal(["17"], record.Patients);
        Assert.Equal(["18"], record.WithheldPatients);
        Assert.Equal(["Observation/2 outside-patients"], record.Withheld);
    }

    // However long an export file is: nobody of whom something was withheld is left out of the trail.
    [Fact]
    public async Task Run_ExportFileOfManyForeignPatients_HasEachOfThemOnRecord()
    {
        const int Many = 12_000;
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "search", "export"));
        var line = StageWorld.Observation().ReplaceLineEndings(string.Empty);
        var lines = Enumerable
            .Range(0, Many)
            .Select(i =>
                line.Replace("Patient/17", $"Patient/foreign-{i}", StringComparison.Ordinal)
                    .Replace("\"1\"", $"\"o-{i}\"", StringComparison.Ordinal)
            );
        world.Upstream.Answers("GET /files/1", string.Join('\n', lines), mediaType: "application/fhir+ndjson");
        using var kickOff = world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        Assert.True((await world.WalkAsync(kickOff, "Decide")).Continues);
        var url = world.Get<HandleIssuer>().Issue(kickOff, HandleKind.File, "http://fhir.example/r4/files/1");
        using var exchange = world.Open("GET", new Uri(url!).PathAndQuery);

        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        Assert.Equal(Many, world.Journal.Records.SelectMany(static record => record.WithheldPatients).Distinct().Count());
        Assert.Equal(Many, world.Journal.Records.Sum(static record => record.WithheldCount));
        Assert.All(world.Journal.Records, static record => Assert.True(record.Withheld.Count <= 1000));
    }

    [Fact]
    public void Read_RecordWithWithheldPatients_FilesThemUnderAWordOfTheirOwn()
    {
        var pseudonym = new PatientPseudonym(new byte[32]);
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(TestRegistry.Now),
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = TestRegistry.Now,
            Tenant = "north",
            Patients = ["17"],
            PatientState = "known",
            WithheldCount = 1,
            WithheldPatients = ["18", "18"],
            Withheld = ["Observation/2 label"],
        };
        var body = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref body, 0);
        var entry = new AuditEntryReader("log", pseudonym).Read(new JournalFrame(1, new byte[32], body.AsMemory(0, length)));

        Assert.Equal([pseudonym.Of("north", "17"), pseudonym.OfWithheld("north", "18")], entry.PatientKeys);
        Assert.NotEqual(pseudonym.Of("north", "18"), pseudonym.OfWithheld("north", "18"));
        Assert.Equal(["18", "18"], AuditRecordReader.Read(entry.Body.Span).WithheldPatients);
    }
}
