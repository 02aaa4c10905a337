using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Audit.Verification;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Audit.Verification;

public sealed class ChainVerifierTests
{
    [Fact]
    public async Task Verify_UntouchedLog_IsIntact()
    {
        var entries = await EntriesAsync();
        var verdict = ChainVerifier.Verify(entries);
        Assert.True(verdict is { Intact: true, Anchored: true, Checked: 11 });
        Assert.True(verdict.Head.Span.SequenceEqual(entries[^1].ChainHash.Span));
        Assert.True(ChainVerifier.Verify(entries.Skip(4), entries[3].ChainHash) is { Intact: true, Anchored: true, Checked: 7 });
        Assert.True(ChainVerifier.Verify(entries.Skip(4)) is { Intact: true, Anchored: false, Checked: 7 });
        Assert.True(ChainVerifier.Verify([]) is { Intact: true, Checked: 0 });
    }

    public static TheoryData<string, Action<List<AuditEntry>>> Changes =>
        new()
        {
            { "body", static e => e[5] = e[5] with { Body = Flip(e[5].Body) } },
            { "hash", static e => e[5] = e[5] with { ChainHash = Flip(e[5].ChainHash) } },
            { "removed", static e => e.RemoveAt(5) },
            { "swapped", static e => (e[5], e[6]) = (e[6], e[5]) },
            { "doubled", static e => e.Insert(5, e[4]) },
            { "client", static e => e[5] = e[5] with { Client = "other" } },
            { "time", static e => e[5] = e[5] with { Time = e[5].Time.AddHours(-1) } },
            { "status", static e => e[5] = e[5] with { Status = 404 } },
            { "other log", static e => e[5] = e[5] with { Log = "gw-02/x" } },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task Verify_Tampered_NamesTheFirstBadRecord(string what, Action<List<AuditEntry>> change)
    {
        var entries = await EntriesAsync();
        change(entries);
        var verdict = ChainVerifier.Verify(entries);
        Assert.True(verdict.FirstBad == 5, $"{what}: {verdict}");
        Assert.Equal(5, verdict.Checked);
        Assert.NotNull(verdict.Why);
    }

    private static byte[] Flip(ReadOnlyMemory<byte> bytes)
    {
        var copy = bytes.ToArray();
        copy[10] ^= 1;
        return copy;
    }

    private static async Task<List<AuditEntry>> EntriesAsync()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync();
        for (var i = 0; i < 10; i++)
        {
            _ = await journal.AppendAsync(TestRecords.Disclosure());
        }

        var reader = new AuditEntryReader(journal.Log, new PatientPseudonym(new byte[32]));
        var entries = new List<AuditEntry>();
        using var frames = journal.CreateReader(0);
        while (frames.TryRead(out var frame))
        {
            entries.Add(reader.Read(frame));
        }

        return entries;
    }
}
