using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

public sealed class WatchEventReaderTests
{
    [Fact]
    public void Read_ADisclosure_IsAnAccessWithHashedPatients()
    {
        var seen = WatchEventReader.Read(Entry(TestRecords.Disclosure("p-0042")))!;

        Assert.Equal((WatchKind.Access, "acme", "read Observation", 1), (seen.Kind, seen.Client, seen.Operation, seen.Records));
        Assert.Equal(("203.0.113.0/24", 42L), (seen.Network, seen.AskedNumber));
        Assert.Equal([StableHash.Of("key of p-0042")], seen.Patients);
    }

    [Fact]
    public void Read_ADenial_IsARefusalWithItsReason()
    {
        var seen = WatchEventReader.Read(Entry(TestRecords.Denial()))!;

        Assert.Equal((WatchKind.Refusal, "outside-use-case", 0), (seen.Kind, seen.Reason, seen.Records));
    }

    // By POST every search has one target: what was asked for is whom it was asked of.
    [Fact]
    public void Read_RefusalsByPostForSeveralPatients_AreOfDifferentThings()
    {
        Assert.NotEqual(AskedBy("/fhir/Observation/_search", "p-1", "p-2"), AskedBy("/fhir/Observation/_search", "p-3", "p-4"));
        Assert.Equal(AskedBy("/fhir/Observation/_search", "p-1", "p-2"), AskedBy("/fhir/Observation?patient=p-2,p-1", "p-2", "p-1"));
        Assert.Equal(StableHash.Of("key of p-1"), AskedBy("/fhir/Patient/p-1", "p-1"));
        Assert.Equal(StableHash.Of("/fhir/Practitioner/1"), AskedBy("/fhir/Practitioner/1"));
    }

    // Where the record holds the body, who misses by POST is told apart by what was asked for, as by GET.
    [Fact]
    public void Read_MissesByPostOfNobody_AreOfDifferentThings_WhereTheirBodiesAreOnRecord()
    {
        Assert.NotEqual(AskedKeyOf("identifier=1"), AskedKeyOf("identifier=2"));
        Assert.Equal(AskedKeyOf("identifier=1"), AskedKeyOf("identifier=1"));
        Assert.Equal(StableHash.Of("/fhir/Patient/_search"), AskedKeyOf(null));
    }

    [Fact]
    public void Read_ASearchByPost_HasTheBoundsOfItsBody()
    {
        var record = TestRecords.Disclosure("p-1");
        (record.Interaction, record.RawTarget, record.Form) = ("search-type", "/fhir/Observation/_search", "value-quantity=gt5");
        Assert.Equal(5, Assert.Single(WatchEventReader.Read(Entry(record))!.Ranges).Probe);

        // The twin: a record of before.
        record.Form = null;
        Assert.Empty(WatchEventReader.Read(Entry(record))!.Ranges);
    }

    private static ulong AskedKeyOf(string? form)
    {
        var record = TestRecords.Denial();
        (record.RawTarget, record.Form, record.Patients) = ("/fhir/Patient/_search", form, []);
        return WatchEventReader.Read(Entry(record))!.AskedKey;
    }

    private static ulong AskedBy(string target, params string[] patients)
    {
        var record = TestRecords.Denial();
        (record.RawTarget, record.Patients) = (target, patients);
        return WatchEventReader.Read(Entry(record))!.AskedKey;
    }

    [Fact]
    public void Read_RecordsThatAreNobodysBehaviour_AreNone()
    {
        Assert.Null(WatchEventReader.Read(Entry(TestRecords.Of(AuditKind.Delivery))));
        Assert.Null(WatchEventReader.Read(Entry(TestRecords.Of(AuditKind.System))));

        var batch = TestRecords.Denial();
        (batch.Decision, batch.Reason) = ("permit", null);
        Assert.Null(WatchEventReader.Read(Entry(batch)));

        var stranger = TestRecords.Denial();
        stranger.Client = null;
        Assert.Null(WatchEventReader.Read(Entry(stranger)));
    }

    [Fact]
    public void Read_AnImport_CountsWhatWasAccepted()
    {
        var import = TestRecords.Of(AuditKind.Admin);
        (import.Event, import.Actor, import.Target) = ("roster.import", "kim", "roster/ward-7");
        import.Note = "outcome: lines 700, accepted 698, removed 0, rejected 2, next line 701, sha256 00";
        var seen = WatchEventReader.Read(Entry(import))!;

        Assert.Equal((WatchKind.RosterChange, "kim", "ward-7", 698), (seen.Kind, seen.Actor, seen.Roster, seen.Added));

        import.Note = "intent: from line 1";
        Assert.Null(WatchEventReader.Read(Entry(import)));
    }

    [Fact]
    public void Read_ABodyThatIsNoRecord_IsNone()
    {
        var entry = Entry(TestRecords.Disclosure()) with { Body = "[]"u8.ToArray() };

        Assert.Null(WatchEventReader.Read(entry));
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.0/24")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.0/24")]
    [InlineData("2001:db8:1:2::3", "2001:db8:1::/48")]
    [InlineData("no address", "")]
    [InlineData(null, "")]
    public void Of_AnAddress_IsItsNetwork(string? peer, string network) => Assert.Equal(network, NetworkName.Of(peer));

    internal static AuditEntry Entry(AuditRecord record, long sequence = 0, string log = "gw-01/x") =>
        new()
        {
            Log = log,
            Sequence = sequence,
            Id = record.Id,
            ParentId = record.ParentId,
            Kind = record.Kind,
            Event = record.Event,
            Time = record.Time,
            Decision = record.Decision,
            Reason = record.Reason,
            Client = record.Client,
            Tenant = record.Tenant,
            Actor = record.Actor,
            Status = record.Status,
            ResourceType = record.ResourceType,
            Interaction = record.Interaction,
            PatientKeys = [.. record.Patients.Select(static patient => "key of " + patient)],
            ChainHash = new byte[32],
            Body = Written(record),
        };

    private static ReadOnlyMemory<byte> Written(AuditRecord record)
    {
        var buffer = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return buffer.AsMemory(0, length);
    }
}
