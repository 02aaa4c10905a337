using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

public abstract partial class AuditStoreContract
{
    [Theory]
    [InlineData(49)]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(230)]
    public async Task Append_ManyAtOnce_ReadBackTheSameAndAreFoundByEachPatient(int count)
    {
        var entries = Enumerable.Range(0, count).Select(Different).ToList();
        await Store.AppendAsync(entries, None);

        var read = await Store.ReadAsync("log", 0, count + 1, None);
        Assert.Equal(count, read.Count);
        for (var i = 0; i < count; i++)
        {
            AssertSame(entries[i], read[i]);
        }

        foreach (var key in new[] { "k0", "k1", "k2" })
        {
            var found = await Store.QueryAsync(new AuditQuery { PatientKeys = [key], Limit = 500 }, None);
            Assert.Equal(
                entries.Where(entry => entry.PatientKeys.Contains(key)).Select(static entry => entry.Sequence),
                found.Entries.Select(static entry => entry.Sequence).Order()
            );
        }

        Assert.Equal(count - 1, await Store.GetWatermarkAsync("log", None));
    }

    [Fact]
    public async Task Append_OneOfManyThatNoVersionWrites_AddsNone()
    {
        var entries = Enumerable.Range(0, 120).Select(Different).ToList();
        await Assert.ThrowsAnyAsync<Exception>(() =>
            Store.AppendAsync([.. entries.Select(static entry => entry.Sequence == 70 ? entry with { Kind = default } : entry)], None)
        );
        Assert.Empty(await Store.ReadAsync("log", 0, 200, None));

        await Store.AppendAsync(entries, None);
        Assert.Equal(120, (await Store.ReadAsync("log", 0, 200, None)).Count);
    }

    // Runs of equal texts, and other ones between them: what was bound for one row must not stand in the next.
    private static AuditEntry Different(int sequence) =>
        Entry(sequence) with
        {
            Kind = sequence % 7 == 0 ? AuditKind.Outcome : AuditKind.Disclosure,
            ParentId = sequence % 7 == 0 ? Guid.CreateVersion7() : Guid.Empty,
            Client = sequence % 11 == 0 ? null : $"client {sequence / 20}",
            Reason = sequence % 5 == 0 ? "revoked" : null,
            ResourceType = sequence % 3 == 0 ? "Patient" : "Observation",
            Status = 200 + sequence,
            PatientKeys = [.. Enumerable.Range(0, sequence % 4).Select(static i => $"k{i}")],
        };
}
