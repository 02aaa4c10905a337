using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>Who asks for several patients finds a record that names two of them once.</summary>
public abstract partial class AuditSearchContract
{
    private static readonly string[] Both = ["k-a", "k-b"];

    [Theory]
    [InlineData(9)]
    [InlineData(900)]
    public async Task Query_RecordsOfTwoPatientsWhoAreBothAskedFor_FindsEachOnce(int records)
    {
        var stored = await AddOfTwoPatientsAsync(records);
        var query = new AuditQuery { Limit = Math.Min(150, records / 2), PatientKeys = Both };

        await FindsInTwoPagesAsync(query, InOrder(stored));
        await FindsInTwoPagesAsync(query with { Decision = "permit" }, InOrder(stored.Where(static e => e.Decision == "permit")));
        await FindsInTwoPagesAsync(query with { PatientKeys = ["k-b"] }, InOrder(stored.Where(static e => e.PatientKeys.Contains("k-b"))));
        Assert.Equal(records, (await _storage.Reports.TallyAsync(query, None)).Sum(static count => count.Count));
    }

    // Whoever ships may add the row of a patient whom the record does not name; and a row may have been taken away.
    [Theory]
    [InlineData(9)]
    [InlineData(900)]
    public async Task Query_RecordsOfTwoPatients_AreHiddenByNoRowThatWasAddedOrTakenAway(int records)
    {
        var stored = await AddOfTwoPatientsAsync(records);
        await ExecuteAsync(
            "INSERT INTO audit_patient (patient_key, time, log, sequence) "
                + "SELECT 'k-a', time, log, sequence FROM audit_event WHERE log = 'both' AND sequence % 3 = 1"
        );
        await ExecuteAsync("DELETE FROM audit_patient WHERE log = 'both' AND patient_key = 'k-a' AND sequence % 3 = 2");

        var query = new AuditQuery { Limit = Math.Min(150, records / 2), PatientKeys = Both };
        await FindsInTwoPagesAsync(query, InOrder(stored));
        await FindsInTwoPagesAsync(query with { Decision = "permit" }, InOrder(stored.Where(static e => e.Decision == "permit")));
        Assert.Equal(records, (await _storage.Reports.TallyAsync(query, None)).Sum(static count => count.Count));
    }

    // Else a page of one patient would begin where another's ended, and show nothing of what is before.
    [Fact]
    public async Task Query_CursorOfAnotherPatientsSearch_IsRefused()
    {
        _ = await AddOfTwoPatientsAsync(90);
        var query = new AuditQuery { Limit = 5, PatientKeys = ["k-a"] };
        var next = (await Store.QueryAsync(query, None)).Next;
        Assert.NotNull(next);

        foreach (
            var other in (string[][])
                [
                    ["k-b"],
                    ["k-a", "k-b"],
                    [],
                ]
        )
        {
            var asked = query with { Cursor = next, PatientKeys = other };
            await Assert.ThrowsAsync<AuditCursorException>(() => Store.QueryAsync(asked, None));
        }
    }

    // The twin: the same keys in whatever order and list.
    [Fact]
    public async Task Query_CursorOfTheSamePatients_GoesOn()
    {
        var stored = await AddOfTwoPatientsAsync(90);
        var query = new AuditQuery { Limit = 40, PatientKeys = Both };
        var next = (await Store.QueryAsync(query, None)).Next;

        var second = await Store.QueryAsync(query with { Cursor = next, PatientKeys = (List<string>)["k-b", "k-a"] }, None);
        Assert.Equal(InOrder(stored).Skip(40).Take(40), second.Entries.Select(static e => e.Sequence));
    }

    // Of three records one names the first patient, one the second, and one both.
    private async Task<List<AuditEntry>> AddOfTwoPatientsAsync(int records)
    {
        List<AuditEntry> stored =
        [
            .. Enumerable
                .Range(0, records)
                .Select(i =>
                    All[i % Records] with
                    {
                        Log = "both",
                        Sequence = i,
                        Id = new Guid(i, 7, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
                        PatientKeys = (i % 3) switch
                        {
                            0 => ["k-a"],
                            1 => ["k-b"],
                            _ => Both,
                        },
                    }
                ),
        ];
        await Store.AppendAsync(stored, None);
        return stored;
    }
}
