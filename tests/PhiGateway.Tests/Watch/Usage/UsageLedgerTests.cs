using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Usage;
using Xunit;

namespace PhiGateway.Tests.Watch.Usage;

/// <summary>The ledger by the elements of grants: over all purposes and tenants, each patient once, and over a restart.</summary>
public sealed class UsageLedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ElementsOf_UsesOverPurposesAndTenants_CountsEachPatientOnce()
    {
        var ledger = new UsageLedger();
        ledger.Note(Seen("search-type Observation", "TREAT", "north", 1, [1, 2], "include Observation:subject"));
        ledger.Note(Seen("search-system Observation", "HOPERAT TREAT", "south", 3, [2, 3]));
        ledger.Note(Seen("operation GET /Patient/{id}/$everything", "TREAT", "north", 2, [1], "label s|ETH", "element Patient.name"));

        var elements = ledger.ElementsOf("acme").ToDictionary(static one => (one.Kind, one.Name));
        Assert.Equal((2, 3, false), Of(UsageKind.Interaction, "Observation search"));
        Assert.Equal((Noon.AddHours(1), Noon.AddHours(3)), Times(UsageKind.Interaction, "Observation search"));
        Assert.Equal((1, 1, false), Of(UsageKind.Operation, "Patient $everything"));
        Assert.Equal((1, 2, false), Of(UsageKind.Include, "Observation:subject"));
        Assert.Equal((1, 1, false), Of(UsageKind.Label, "s|ETH"));
        Assert.Equal((1, 1, false), Of(UsageKind.Element, "Patient.name"));
        Assert.Equal((2, 2, false), Of(UsageKind.Tenant, "north"));
        Assert.Equal((1, 2, false), Of(UsageKind.Tenant, "south"));
        Assert.Equal((3, 3, false), Of(UsageKind.Purpose, "TREAT"));
        Assert.Equal((1, 2, false), Of(UsageKind.Purpose, "HOPERAT"));
        Assert.Equal(9, elements.Count);
        Assert.Empty(ledger.ElementsOf("nobody"));

        (int, int, bool) Of(UsageKind kind, string name) =>
            ((int)elements[(kind, name)].Count, (int)elements[(kind, name)].Patients, elements[(kind, name)].IsEstimate);

        (DateTimeOffset, DateTimeOffset) Times(UsageKind kind, string name) => (elements[(kind, name)].First, elements[(kind, name)].Last);
    }

    [Fact]
    public void Of_AUse_SaysOfHowManyPatients_AlsoAfterARestart()
    {
        var feed = new TrailFeed(new Common.Admin.Fakes.FakeAuditStore());
        var before = new Detector(new Nobody(), []);
        before.Take(Seen("read Observation", "TREAT", "north", 1, [1, 2]));
        before.Take(Seen("read Observation", "TREAT", "north", 2, [2, 3]));
        using var stream = new MemoryStream();
        WatchState.Write(stream, feed, before, []);
        var after = new Detector(new Nobody(), []);
        WatchState.Read(new MemoryStream(stream.ToArray()), feed, after);
        after.Take(Seen("read Observation", "TREAT", "north", 3, [3, 4]));

        var row = Assert.Single(after.Usage.Of("acme"));
        Assert.Equal((3, 4, false), ((int)row.Count, (int)row.Patients, row.IsEstimate));

        // A file of the version before has everything but the patients.
        var file = stream.ToArray();
        file[0] = 3;
        var upgraded = new Detector(new Nobody(), []);
        WatchState.Read(new MemoryStream(file), feed, upgraded);
        Assert.Equal((2, 0), ((int)Assert.Single(upgraded.Usage.Of("acme")).Count, (int)upgraded.Usage.Of("acme")[0].Patients));
    }

    // A client may ask for elements by any name: none of them makes what it really used look as if it was never used.
    [Fact]
    public void Note_MoreNamesThanAreKept_LoseTheOldestNames_AndNothingThatWasDone()
    {
        var ledger = new UsageLedger();
        ledger.Note(Seen("read Patient", "TREAT", "north", 0, [1]));
        for (var hour = 1; hour <= 100; hour++)
        {
            string[] parts = [.. Enumerable.Range(0, 30).Select(number => $"element Patient.made-up-{hour}-{number}")];
            ledger.Note(Seen("search-type Patient", "TREAT", "north", hour, [1], parts));
        }

        var rows = ledger.Of("acme");
        Assert.InRange(rows.Count, 700, 1024);
        Assert.Equal((1L, Noon), (rows[0].Count, rows[0].Last));
        Assert.Equal(100, rows.Single(static row => row.Operation == "search-type Patient").Count);
        Assert.Equal(30, rows.Count(static row => row.Operation.StartsWith("element Patient.made-up-100-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("read Observation", UsageKind.Interaction, "Observation read")]
    [InlineData("history-instance Patient", UsageKind.Interaction, "Patient history")]
    [InlineData("capabilities", UsageKind.Interaction, "capabilities")]
    [InlineData("operation POST /Observation/$lastn", UsageKind.Operation, "Observation $lastn")]
    [InlineData("operation POST /$process-message", UsageKind.Operation, "$process-message")]
    [InlineData("operation batch entry", UsageKind.Operation, "batch entry")]
    [InlineData("label http://a|b", UsageKind.Label, "http://a|b")]
    public void Of_ALine_IsTheElementInTheWordsOfGrants(string line, UsageKind kind, string name) =>
        Assert.Equal((kind, name), UsageNames.Of(line));

    private static WatchEvent Seen(string operation, string purpose, string tenant, int hour, ulong[] patients, params string[] parts) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon.AddHours(hour)),
            Kind = WatchKind.Access,
            Time = Noon.AddHours(hour),
            Client = "acme",
            Operation = operation,
            Purpose = purpose,
            Tenant = tenant,
            Patients = patients,
            Parts = parts,
        };
}
