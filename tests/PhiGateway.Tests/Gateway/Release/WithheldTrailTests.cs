using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
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
