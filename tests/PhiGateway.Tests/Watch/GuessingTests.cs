using System.Globalization;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Who searches for patients by numbers that nobody has is told from whoever always searches for people who are not there.</summary>
public sealed class GuessingTests
{
    private const int KnownDays = 60;
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays).AddHours(9);

    [Theory]
    [InlineData(20, 0)]
    [InlineData(20, 2)]
    [InlineData(40, 8)]
    public void Look_ManySearchesForPatientsThatFindNobody_AreToldWithTheirNumbers(int usual, int usualNobody)
    {
        var one = Assert.Single(Searches(Known(usual, usualNobody), Attack, 60, 60));

        Assert.Equal(("enumeration", FindingSeverity.Medium), (one.Rule, one.Severity));
        Assert.Contains("different searches for patients found nobody on this day", one.Words, StringComparison.Ordinal);
        Assert.Contains($"its most were {usualNobody} on a day", one.Words, StringComparison.Ordinal);
        Assert.Equal(12, one.Records.Count);
    }

    // The twins: who matches lists finds nobody every day; a busy desk has more of all; a few more than usual; the same person again and again.
    [Theory]
    [InlineData(60, 40, 500, 400)]
    [InlineData(40, 8, 300, 60)]
    [InlineData(20, 2, 29, 29)]
    [InlineData(40, 12, 60, 36)]
    public void Look_OfWhatIsHonest_IsNone(int usual, int usualNobody, int searches, int nobody) =>
        Assert.Empty(Searches(Known(usual, usualNobody), Attack, searches, nobody));

    [Fact]
    public void Look_TheSameSearchAgainAndAgain_IsOne()
    {
        var detector = Known(20, 2);
        for (var call = 0; call < 200; call++)
        {
            Assert.Empty(detector.Take(Event(Attack.AddSeconds(call), isNobody: true) with { AskedKey = 7 }));
        }
    }

    // Who asks for what changed since asks for one thing all day.
    [Fact]
    public void Look_OfWhatChangedSince_IsNone()
    {
        var detector = Known(20, 2);
        for (var call = 0; call < 200; call++)
        {
            var since = Attack.AddMinutes(call).UtcDateTime.ToString("s", CultureInfo.InvariantCulture);
            var ranges = SearchRange.Of("search-type", $"/fhir/Patient?organization=5&_lastUpdated=gt{since}Z");
            var polled = Event(Attack.AddMinutes(call), isNobody: true) with { Ranges = ranges };
            Assert.Empty(detector.Take(polled));
        }
    }

    // A bound beside each number, and one person who is found in between, hide nothing.
    [Fact]
    public void Look_NumbersBesideWhatChangesNothing_AreTold()
    {
        var (detector, found) = (Known(20, 2), new List<Finding>());
        for (var call = 0; call < 60; call++)
        {
            var at = Attack.AddSeconds(10 * call);
            var ranges = SearchRange.Of("search-type", $"/fhir/Patient?identifier={call}&birthdate=ge19{call % 100:00}-01-01");
            found.AddRange(detector.Take(Event(at, isNobody: true) with { Ranges = ranges }));
            found.AddRange(detector.Take(Event(at.AddSeconds(1), isNobody: false) with { AskedKey = 7 }));
            found.AddRange(detector.Take(Event(at.AddSeconds(2), isNobody: false) with { AskedKey = 7 }));
        }

        Assert.Single(found);
    }

    // Observations of nobody are no search for a person.
    [Fact]
    public void Look_OfOtherSearches_IsNone()
    {
        var detector = Known(20, 2);
        for (var call = 0; call < 200; call++)
        {
            Assert.Empty(detector.Take(Event(Attack.AddSeconds(call), isNobody: true) with { IsForPatients = false }));
        }
    }

    [Fact]
    public void Look_OfWhatWasApproved_OrBeforeItIsLearned_IsNone()
    {
        Assert.Empty(Searches(Known(20, 2, new ApprovedThen { At = Attack.AddDays(-1) }), Attack, 60, 60));
        Assert.Empty(Searches(Known(20, 2, days: 20), Monday.AddDays(20).AddHours(9), 60, 60));
    }

    // A day on which it was told teaches nothing.
    [Fact]
    public void Look_AfterItWasTold_IsToldAgainLater()
    {
        var detector = Known(20, 2);
        Assert.Single(Searches(detector, Attack, 60, 60));

        Assert.Single(Searches(detector, Attack.AddDays(16), 60, 60));
    }

    // Of a version before nobody knows what is usual: it is learned first.
    [Theory]
    [InlineData(8, 1)]
    [InlineData(7, 0)]
    public void Restore_OfAFile_KnowsWhatItsVersionKept(byte version, int findings)
    {
        using var stream = new MemoryStream();
        WatchState.Write(stream, new TrailFeed(new FakeAuditStore()), Known(20, 2), []);
        var file = stream.ToArray();
        file[0] = version;
        var after = new Detector(new Nobody(), [new EnumerationRule()]);
        WatchState.Read(new MemoryStream(file), new TrailFeed(new FakeAuditStore()), after);

        Assert.Equal(2 * findings, after.Clients["acme"].Baseline.Nobody.Peaks.UsualCalls);
        Assert.Equal(findings, Searches(after, Attack, 60, 60).Count);
    }

    [Theory]
    [InlineData("search-type", "Patient", "/fhir/Patient?identifier=urn:x|1", null, true)]
    [InlineData("search-type", "Patient", "/fhir/Patient/_search", "identifier=urn:x|1", true)]
    [InlineData("search-type", "Patient", "/fhir/Patient?_lastUpdated=gt2026-01-05T08:00:00Z", null, true)]
    [InlineData("search-type", "Observation", "/fhir/Observation?subject=Patient/1", null, false)]
    [InlineData("read", "Patient", "/fhir/Patient/1", null, false)]
    public void Read_OfARecord_SaysWhetherItSearchedForPatients(
        string interaction,
        string type,
        string target,
        string? form,
        bool isForPatients
    )
    {
        var record = TestRecords.Disclosure();
        (record.Interaction, record.ResourceType, record.RawTarget, record.Form) = (interaction, type, target, form);

        Assert.Equal(isForPatients, WatchEventReader.Read(WatchEventReaderTests.Entry(record))!.IsForPatients);
    }

    private static Detector Known(int searches, int nobody, IRegisteredClients? registered = null, int days = KnownDays)
    {
        var detector = new Detector(registered ?? new Nobody(), [new EnumerationRule()]);
        for (var day = 0; day < days; day++)
        {
            Assert.Empty(Searches(detector, Monday.AddDays(day).AddHours(8), searches, nobody));
        }

        return detector;
    }

    // Those that find nobody stand evenly among the others.
    private static List<Finding> Searches(Detector detector, DateTimeOffset from, int searches, int nobody)
    {
        var found = new List<Finding>();
        for (var call = 0; call < searches; call++)
        {
            found.AddRange(detector.Take(Event(from.AddSeconds(call), call * nobody % searches < nobody)));
        }

        return found;
    }

    private static WatchEvent Event(DateTimeOffset at, bool isNobody) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "search-type Patient",
            Status = 200,
            Records = isNobody ? 0 : 1,
            IsForPatients = true,
            AskedKey = (ulong)at.UtcTicks,
        };

    private sealed class ApprovedThen : IRegisteredClients
    {
        public DateTimeOffset At { get; init; }

        public RegisteredClient? Find(string client) => new() { Id = client, ApprovedAt = At };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
