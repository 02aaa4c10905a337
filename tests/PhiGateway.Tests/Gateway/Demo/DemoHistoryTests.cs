using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Demo;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Gateway.Demo;

/// <summary>The demonstration begins with something to look at: a fortnight of ordinary traffic, and an attack that goes on.</summary>
public sealed class DemoHistoryTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 15, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task History_OfTheDemonstration_IsAFortnightWithAnAttackInItsLastHours()
    {
        var journal = new FakeJournal();
        await DemoHistory.WriteAsync(journal, Now, 7);
        var records = journal.Records;

        Assert.All(records, static record => Assert.InRange(record.Time, Now.AddDays(-14), Now));
        Assert.All(records, static record => Assert.Equal(7, record.Revision));
        var days = records.Select(static record => record.Time.UtcDateTime.Date).Distinct().Count();
        Assert.True(days >= 14, $"{days} days");

        // What it lets out is recorded as the gateway would.
        var released = records.Where(static record => record.Kind == AuditKind.Disclosure).ToList();
        Assert.NotEmpty(released);
        Assert.All(released, static record => Assert.Empty(AuditRecordValidator.Validate(record)));

        // Eleven of twelve clients call; the twelfth waits for its approval.
        Assert.Equal(11, records.Select(static record => record.Client).OfType<string>().Distinct(StringComparer.Ordinal).Count());
        var organizations = records.Select(static record => record.Organization).OfType<string>().Distinct(StringComparer.Ordinal).Count();
        Assert.True(organizations >= 4, $"{organizations} organizations");

        var refused = records.Where(static record => record is { Client: "cohort-44-loader", Reason: "outside-roster" }).ToList();
        var late = refused.Count(static record => record.Time >= Now.AddHours(-5));
        Assert.True(late > 100, $"{late} of the last hours");
        Assert.True(late > 10 * (refused.Count - late), $"{late} against {refused.Count - late} of a fortnight");
    }
}
