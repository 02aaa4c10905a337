using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>A write of which nobody knows whether it was applied is told to somebody, once a day for each client.</summary>
public sealed class UnknownOutcomeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_AnUnknownOutcome_IsToldOnceADay(bool isClosedByAStart)
    {
        var detector = new Detector(new Nobody(), Detector.AllRules);

        var first = Assert.Single(detector.Take(Seen("acme", 0, isClosedByAStart)));
        Assert.Equal(("unknown-outcome", "client/acme"), (first.Rule, first.Subject));
        Assert.Equal(FindingSeverity.Medium, first.Severity);
        Assert.Contains("phigw audit search --decision unknown --client acme --from 2026-05-01", first.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("p-1", first.Words, StringComparison.Ordinal);
        Assert.Single(first.Records);

        // The same day: counted. Another client, and another day: told.
        Assert.Empty(detector.Take(Seen("acme", 5, isClosedByAStart)));
        Assert.Equal(1, detector.Fold.Find("unknown-outcome", "client/acme")!.Count);
        Assert.Equal("client/other", Assert.Single(detector.Take(Seen("other", 6, isClosedByAStart))).Subject);
        Assert.Single(detector.Take(Seen("acme", 24, isClosedByAStart)));
        Assert.Empty(detector.Clients);
    }

    [Theory]
    [InlineData("applied", "permit")]
    [InlineData("not-applied", "error")]
    public void Read_AnOutcomeThatIsKnown_IsNothingToTell(string outcome, string decision)
    {
        var record = Outcome("acme", 0, isClosedByAStart: false);
        (record.Outcome, record.Decision) = (outcome, decision);

        Assert.Null(WatchEventReader.Read(WatchEventReaderTests.Entry(record)));
    }

    private static WatchEvent Seen(string client, int hours, bool isClosedByAStart) =>
        WatchEventReader.Read(WatchEventReaderTests.Entry(Outcome(client, hours, isClosedByAStart)))!;

    // A start knows of an intent without outcome no more than its event.
    private static AuditRecord Outcome(string client, int hours, bool isClosedByAStart)
    {
        var record = TestRecords.Of(AuditKind.Outcome, Guid.NewGuid());
        (record.Event, record.Client, record.Time) = ("update", client, TestRecords.Noon.AddHours(hours));
        (record.Decision, record.Outcome) = ("unknown", "unknown");
        if (!isClosedByAStart)
        {
            (record.Interaction, record.ResourceType, record.Patients) = ("update", "Observation", ["p-1"]);
            (record.RawTarget, record.Reason) = ("/fhir/Observation/of-p-1", "upstream-timeout");
        }

        return record;
    }
}
