using FsCheck;
using FsCheck.Fluent;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Shipping;

/// <summary>What a follower gets from memory is what a reader finds in the files, whatever the record says and however far it lags.</summary>
public sealed class FollowerTests
{
    private static readonly AuditEntryReader Entries = new("gw-01/1", new PatientPseudonym(new byte[32]));

    [Fact]
    public async Task Read_AnyRecord_HasTheColumnsThatItsBytesHave()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        using var follower = journal.CreateFollower(journal.DurableSequence + 1);
        using var reader = journal.CreateReader(journal.DurableSequence + 1);
        var records = Gen.Sample(Records, 300, 30);
        foreach (var record in records)
        {
            await journal.AppendAsync(record);
            Assert.True(follower.TryRead(out var near));
            Assert.True(reader.TryRead(out var far));

            Assert.NotNull(near.Record);
            Assert.Null(far.Record);
            Assert.True(near.ChainHash.Span.SequenceEqual(far.ChainHash.Span) && near.Body.Span.SequenceEqual(far.Body.Span));
            AssertSame(Entries.Read(far), Entries.Read(near));
        }
    }

    [Fact]
    public async Task TryRead_FurtherBehindThanIsKept_MissesNothingAndFindsBack()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(
            options: folder.Options with
            {
                Budget = 4096 * JournalOptions.MinSegmentBytes,
                SegmentBytes = 1 << 20,
            }
        );
        using var close = journal.CreateFollower(0);
        using var lazy = journal.CreateFollower(0);
        using var reader = journal.CreateReader(0);
        var chance = new Random(7);
        for (var round = 0; round < 12; round++)
        {
            // More than is kept now and then, over several files; the close one takes some of it, the lazy one all, now and then.
            var appends = Enumerable.Range(0, chance.Next(10, 3000)).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask());
            await Task.WhenAll(appends);
            Assert.Equal(Take(reader, close, chance.Next(1, 4000)), close.NextSequence);
            if (round % 4 == 3)
            {
                while (lazy.TryRead(out var frame))
                {
                    using var look = journal.CreateReader(frame.Sequence);
                    Assert.True(round < 11 || (look.TryRead(out var same) && same.ChainHash.Span.SequenceEqual(frame.ChainHash.Span)));
                }

                Assert.Equal(journal.DurableSequence + 1, lazy.NextSequence);
            }
        }
    }

    [Fact]
    public async Task TryRead_RecordThatWasRefusedForRoom_IsNotSeen()
    {
        var files = new FaultyFiles();
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(files);
        using var follower = journal.CreateFollower(journal.DurableSequence + 1);
        files.WriteError = FaultyFiles.NoSpace;
        await Assert.ThrowsAsync<JournalUnavailableException>(async () => await journal.AppendAsync(TestRecords.Disclosure("lost")));
        Assert.False(follower.TryRead(out _));
        files.WriteError = null;
        journal.Maintain();

        await journal.AppendAsync(TestRecords.Disclosure("kept"));

        while (follower.TryRead(out var frame))
        {
            Assert.NotEqual("lost", AuditRecordReader.Read(frame.Body.Span).Client);
        }
    }

    private static Gen<AuditRecord> Records =>
        from text in Gen.ArrayOf(Gen.OneOf(Words, Gen.Constant<string?>(null)), 9)
        from patients in Gen.ListOf(Words)
        from kind in Gen.Elements(
            Enum.GetValues<AuditKind>().Where(static kind => kind is not (0 or AuditKind.Intent or AuditKind.Outcome))
        )
        from ticks in Gen.Choose(0, int.MaxValue)
        from status in Gen.Choose(0, 599)
        select new AuditRecord
        {
            Id = Guid.NewGuid(),
            ParentId = status % 2 == 0 ? Guid.Empty : Guid.NewGuid(),
            Kind = kind,
            Event = text[0] ?? "read",
            Time = TestRecords.Noon.AddTicks(ticks).ToOffset(TimeSpan.FromHours(status % 12)),
            Decision = text[1] ?? string.Empty,
            Reason = text[2],
            Client = text[3],
            Tenant = text[4],
            Actor = text[5],
            ResourceType = text[6],
            Interaction = text[7],
            RawTarget = text[8],
            Status = status,
            Patients = [.. patients],
        };

    private static Gen<string?> Words =>
        from letters in Gen.ArrayOf(Gen.Elements("abzAZ09-._/ \"\\\0\n\u00e9\u4e2d\ud83d\ude00".ToCharArray()))
        select (string?)new string(letters);

    private static long Take(JournalReader reader, JournalReader follower, int count)
    {
        for (; count > 0 && follower.TryRead(out var near); count--)
        {
            Assert.True(reader.TryRead(out var far));
            Assert.Equal(far.Sequence, near.Sequence);
            Assert.True(near.ChainHash.Span.SequenceEqual(far.ChainHash.Span) && near.Body.Span.SequenceEqual(far.Body.Span));
        }

        return reader.NextSequence;
    }

    private static void AssertSame(AuditEntry expected, AuditEntry found)
    {
        foreach (var property in typeof(AuditEntry).GetProperties().Where(static each => each.PropertyType != typeof(ReadOnlyMemory<byte>)))
        {
            Assert.Equal(property.GetValue(expected), property.GetValue(found));
        }
    }
}
