using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

public abstract partial class AuditStoreContract
{
    private static readonly DateTimeOffset Old = new(2012, 3, 15, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task DeleteMonth_OfThree_TakesThatOneWithItsPatientsAndNothingElse()
    {
        AuditEntry[] entries =
        [
            Entry(0) with
            {
                Time = Old.AddMonths(-1),
                Tenant = "north",
                PatientKeys = ["k-1"],
            },
            Entry(1) with
            {
                Time = Old.AddDays(-14).AddHours(-12),
                Tenant = "north",
                PatientKeys = ["k-1", "k-2"],
            },
            Entry(2) with
            {
                Time = Old,
                Tenant = null,
            },
            Entry(3) with
            {
                Time = Old.AddDays(16).AddHours(12).AddMilliseconds(-1),
                Tenant = "south",
            },
            Entry(4) with
            {
                Time = Old.AddMonths(1),
                Tenant = "south",
                PatientKeys = ["k-2"],
            },
        ];
        await Store.AppendAsync(entries, None);
        var keeping = Storage.Keeping;

        Assert.Equal([201202, 201203, 201204], (await keeping.ListMonthsAsync(None)).Select(static month => month.Month));
        Assert.Equal(
            ["north", "south", null],
            (await keeping.ListMonthsAsync(None))[1].Tenants.OrderBy(static one => one is null).ThenBy(static one => one)
        );
        Assert.Equal(new KeptRange("log", 1, 3, 3), Assert.Single(await keeping.ListRangesAsync(201203, None)));
        Assert.Equal([201203, 201204], await keeping.MonthsOfPatientAsync(["k-2", "k-9"], None));
        Assert.Equal([201202, 201203], await keeping.MonthsOfRecordsAsync([entries[0].Id, entries[3].Id, Guid.NewGuid()], None));

        Assert.Equal(3, await keeping.DeleteMonthAsync(201203, None));
        Assert.Equal([201202, 201204], (await keeping.ListMonthsAsync(None)).Select(static month => month.Month));
        Assert.Equal([0, 4], (await Store.ReadAsync("log", 0, 10, None)).Select(static entry => entry.Sequence));
        Assert.Equal([201204], await keeping.MonthsOfPatientAsync(["k-2"], None));
        Assert.Equal(0, await keeping.DeleteMonthAsync(201203, None));

        // What comes then is stored behind it, without a gap that anybody waits for.
        await Store.AppendAsync([Entry(5) with { Time = Old.AddYears(14) }], None);
        Assert.Equal(5, await Store.GetWatermarkAsync("log", None));
        Assert.Equal(3, (await Store.QueryAsync(new AuditQuery { Limit = 10 }, None)).Entries.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(201213)]
    [InlineData(-1)]
    public async Task DeleteMonth_ThatIsNone_IsRefused(int month) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Storage.Keeping.DeleteMonthAsync(month, None));

    [Fact]
    public async Task DeleteMonth_YoungerThanSixYears_IsRefusedAndWhole()
    {
        var young = TimeProvider.System.GetUtcNow().AddYears(-6).AddMonths(1);
        await Store.AppendAsync([Entry(0) with { Time = young }], None);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Storage.Keeping.DeleteMonthAsync(KeepingMonths.Of(young), None));
        Assert.Single(await Store.ReadAsync("log", 0, 10, None));
    }
}
