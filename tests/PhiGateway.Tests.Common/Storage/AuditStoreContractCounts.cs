using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <content>How requests are counted.</content>
public abstract partial class AuditStoreContract
{
    [Fact]
    public async Task Count_ByStepsAndColumns_CountsRequestsOnly()
    {
        var begin = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        AuditEntry Asked(int sequence, int minutes, string decision, string? reason, AuditKind kind) =>
            Entry(sequence) with
            {
                Time = begin.AddMinutes(minutes),
                Decision = decision,
                Reason = reason,
                Kind = kind,
                Client = "acme",
                Tenant = "north",
                ResourceType = "Observation",
                Interaction = "read",
                Organization = minutes < 30 ? "acme-inc" : "other-inc",
            };
        await Store.AppendAsync(
            [
                Asked(0, 0, "permit", null, AuditKind.Disclosure),
                Asked(1, 29, "permit", null, AuditKind.Intent),
                Asked(2, 30, "deny", "outside-roster", AuditKind.Decision),
                Asked(3, 31, "deny", "outside-roster", AuditKind.Decision),
                Asked(4, 59, "deny", "outside-scope", AuditKind.Decision),
                Asked(5, 60, "deny", "outside-scope", AuditKind.Decision),
                Asked(6, 10, "permit", null, AuditKind.Delivery),
                Asked(7, 10, string.Empty, null, AuditKind.Admin),
            ],
            None
        );
        var counts = new AuditCounts
        {
            From = begin,
            To = begin.AddHours(1),
            Step = TimeSpan.FromMinutes(30),
            By = [AuditColumn.Decision, AuditColumn.Reason],
        };
        var found = (await Store.CountAsync(counts, None))
            .OrderBy(row => row.At)
            .ThenBy(row => row.Values[1], StringComparer.Ordinal)
            .ToList();
        Assert.Equal(
            [
                (begin, "permit", null, 2L),
                (begin.AddMinutes(30), "deny", "outside-roster", 2L),
                (begin.AddMinutes(30), "deny", "outside-scope", 1L),
            ],
            found.Select(row => (row.At, row.Values[0], row.Values[1], row.Count))
        );

        var whole = counts with { Step = null, By = [AuditColumn.Client, AuditColumn.ResourceType, AuditColumn.Interaction] };
        Assert.Equal(5, Assert.Single(await Store.CountAsync(whole, None)).Count);
        Assert.Equal(3, (await Store.CountAsync(whole with { Decision = "deny", By = [] }, None)).Single().Count);
        Assert.Empty(await Store.CountAsync(whole with { Client = "nobody" }, None));
        var byOrganization = counts with { Step = null, By = [AuditColumn.Organization], Organizations = ["acme-inc", "nobody"] };
        var ofOne = Assert.Single(await Store.CountAsync(byOrganization, None));
        Assert.Equal(("acme-inc", 2L), (ofOne.Values[0], ofOne.Count));
        Assert.Equal(
            "deny",
            (await Store.CountAsync(counts with { Step = null, By = [AuditColumn.Decision], Limit = 1 }, None)).Single().Values[0]
        );
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.CountAsync(counts with { Step = TimeSpan.FromMilliseconds(1) }, None));
    }
}
