using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Proof.Entries;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class LogEntryTests
{
    [Fact]
    public void Leaf_KnownEntry_IsTheKnownLeaf()
    {
        var salt = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var entry = new LogEntry
        {
            Kind = 2,
            Epoch = 7,
            Sequence = 128734,
            Nanoseconds = 1777636800123000000,
            Id = Guid.Parse("018f6d2e-0c1b-7c3a-9d55-3f0a2f7b9c10"),
            Body = EntryFactory.CommitBody("{\"v\":1,\"kind\":\"disclosure\"}"u8, salt),
        };

        Assert.Equal("17698df14275928fe5fa3ec7e0b61344da892575f1a218944b42a55412d5eac7", Convert.ToHexStringLower(entry.Leaf().ToArray()));
        var bytes = new byte[LogEntry.Bytes];
        entry.WriteTo(bytes);
        Assert.True(LogEntry.TryRead(bytes, out var read));
        Assert.Equal(entry, read);
    }

    [Fact]
    public void Make_SamePatientTwice_TellsNobodyThatItIsTheSame()
    {
        var factory = new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym);
        var first = factory.Make(Frame(1, TestRecords.Disclosure()), 1);
        var second = factory.Make(Frame(2, TestRecords.Disclosure()), 1);

        Assert.NotEqual(default, first.Patients);
        Assert.NotEqual(first.Patients, second.Patients);
        Assert.Equal(default, factory.Make(Frame(3, TestRecords.Denial()), 1).Patients);
    }

    [Fact]
    public void Make_TheSameRecordAgain_IsTheSameEntry()
    {
        var frame = Frame(1, TestRecords.Disclosure());

        Assert.Equal(
            new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym).Make(frame, 1),
            new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym).Make(frame, 1)
        );
        Assert.NotEqual(
            new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym).Make(frame, 1).Body,
            new EntryFactory("gw-02/x", new byte[32], LogWorld.Pseudonym).Make(frame, 1).Body
        );
    }

    [Fact]
    public void Make_NodeStart_BeginsAnEpoch()
    {
        var factory = new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym);
        var start = TestRecords.Of(AuditKind.System);
        start.Event = "node.start";

        Assert.Equal(4u, factory.Make(Frame(9, start), 3).Epoch);
        Assert.Equal(3u, factory.Make(Frame(9, TestRecords.Denial()), 3).Epoch);
    }

    // All that is recorded after it stands in the log, too.
    [Theory]
    [InlineData("0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z")]
    [InlineData("2026-05-01T12:00:00.1234567Z", "2026-05-01T12:00:00.1234567Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "2262-04-11T23:47:16.8547758Z")]
    public void Make_RecordOfABrokenClock_IsCommittedAsFarAsTheNumberGoes(string time, string committed)
    {
        var record = TestRecords.Disclosure();
        record.Time = DateTimeOffset.Parse(time, CultureInfo.InvariantCulture);

        var entry = new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym).Make(Frame(1, record), 1);

        Assert.Equal(DateTimeOffset.Parse(committed, CultureInfo.InvariantCulture), entry.Time);
        var bytes = new byte[LogEntry.Bytes];
        entry.WriteTo(bytes);
        Assert.True(LogEntry.TryRead(bytes, out _));
    }

    // What is handed over with a record to prove it opens what was committed to.
    [Fact]
    public void Make_ARecordOfAPatient_IsCommittedUnderTheSaltsThatAreHandedOver()
    {
        var factory = new EntryFactory("gw-01/x", Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(), LogWorld.Pseudonym);
        var frame = Frame(6, TestRecords.Disclosure());
        var entry = factory.Make(frame, 1);

        Assert.Equal(EntryFactory.CommitBody(frame.Body.Span, factory.BodySalt(6)), entry.Body);
        Assert.Equal(EntryFactory.PatientRoot(factory.ReadRecord(frame)!.PatientKeys, factory.PatientSalt(6)), entry.Patients);
        Assert.NotEqual(EntryFactory.CommitBody(frame.Body.Span, factory.PatientSalt(6)), entry.Body);
    }

    [Fact]
    public void Make_BytesThatAreNoRecord_AreCommittedAllTheSame()
    {
        var factory = new EntryFactory("gw-01/x", new byte[32], LogWorld.Pseudonym);
        var entry = factory.Make(new JournalFrame(5, new byte[32], "no json"u8.ToArray()), 1);

        Assert.Equal(0, entry.Kind);
        Assert.Equal(EntryFactory.CommitBody("no json"u8, factory.BodySalt(5)), entry.Body);
    }

    private static JournalFrame Frame(long sequence, AuditRecord record)
    {
        var buffer = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return new JournalFrame(sequence, new byte[32], buffer.AsMemory(0, length));
    }
}
