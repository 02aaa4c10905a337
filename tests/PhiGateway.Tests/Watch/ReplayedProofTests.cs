using System.Net;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>What counts once and is shown again, and a key that gets tokens in two places, is told to somebody.</summary>
public sealed class ReplayedProofTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("assertion:replayed", true)]
    [InlineData("dpop-proof-replayed", false)]
    public void Take_AReplayFromElsewhere_IsFoundAtOnce(string reason, bool isOfTokens)
    {
        var kind = isOfTokens ? WatchKind.Token : WatchKind.Refusal;
        var detector = new Detector(new AtHome(), Detector.AllRules);

        var found = Assert.Single(detector.Take(Seen(kind, 0, "198.51.100.4") with { Reason = reason }), IsReplay);

        Assert.Equal((FindingSeverity.Critical, "client/acme"), (found.Severity, found.Subject));
    }

    // In its first days every network of a client is new, and one that sends things twice is no thief: nobody closes it at once.
    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(0, 3, FindingSeverity.Medium)]
    [InlineData(13, 1, null)]
    [InlineData(20, 1, FindingSeverity.Critical)]
    public void Take_AReplayByAClientWithoutNetworks_IsCriticalOnceItsOwnAreKnown(int days, int times, FindingSeverity? severity)
    {
        var detector = new Detector(new Anywhere(), Detector.AllRules);
        _ = detector.Take(Seen(WatchKind.Access, 0, "203.0.113.7") with { Status = 200, Records = 1 });

        var found = Enumerable
            .Range(0, times)
            .SelectMany(call =>
                detector.Take(Seen(WatchKind.Refusal, (days * 24 * 60) + call, "198.51.100.4") with { Reason = "dpop-proof-replayed" })
            )
            .Where(IsReplay)
            .ToList();

        Assert.Equal(severity, found.SingleOrDefault()?.Severity);
    }

    // A library that sends a request again after a broken connection is no alarm.
    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    public void Take_ReplaysFromHome_AreFoundFromTheThirdOn(int times, int findings)
    {
        var detector = new Detector(new AtHome(), Detector.AllRules);

        var found = Enumerable
            .Range(0, times)
            .SelectMany(call => detector.Take(Seen(WatchKind.Token, call, "203.0.113.7") with { Reason = "assertion:replayed" }))
            .Where(IsReplay)
            .ToList();

        Assert.Equal(findings, found.Count);
    }

    [Theory]
    [InlineData("198.51.100.4", 10, 1)]
    [InlineData("198.51.100.4", 20, 0)]
    [InlineData("203.0.113.99", 10, 0)]
    public void Take_OneKeyThatGetsTokensInTwoPlaces_IsFound(string other, int minutes, int findings)
    {
        var detector = new Detector(new AtHome(), Detector.AllRules);
        Assert.Empty(detector.Take(Seen(WatchKind.Token, 0, "203.0.113.7") with { TokenHash = "key/k1" }));

        var found = detector.Take(Seen(WatchKind.Token, minutes, other) with { TokenHash = "key/k1" });

        Assert.Equal(findings, found.Count(static one => one.Rule == "two-places"));
        Assert.Empty(detector.Take(Seen(WatchKind.Token, minutes, other) with { TokenHash = "key/k2" }));
    }

    // Tokens teach nothing: a first call from elsewhere is news however often tokens were asked for from there.
    [Fact]
    public void Take_Tokens_LeaveTheBaselineAsItIs()
    {
        var detector = new Detector(new AtHome(), Detector.AllRules);
        detector.Take(Seen(WatchKind.Token, 0, "203.0.113.7") with { TokenHash = "key/k1" });

        Assert.Null(detector.Clients["acme"].Baseline.Networks.Find("203.0.113.0/24"));
        Assert.Equal(0, detector.Clients["acme"].Activity.DayCalls);
    }

    [Fact]
    public void Read_RecordsOfTheTokenService_TellOfKeysAndReplaysOnly()
    {
        var issued = Of("permit", "key/k1");
        Assert.Equal((WatchKind.Token, "key/k1", null), (Read(issued)!.Kind, Read(issued)!.TokenHash, Read(issued)!.Reason));
        var replayed = Of("deny", "assertion:replayed");
        Assert.Equal(
            (WatchKind.Token, string.Empty, "assertion:replayed"),
            (Read(replayed)!.Kind, Read(replayed)!.TokenHash, Read(replayed)!.Reason)
        );
        Assert.Null(Read(Of("deny", "assertion:exp")));
        var stranger = Of("deny", "assertion:replayed");
        stranger.Client = null;
        Assert.Null(Read(stranger));
    }

    private static bool IsReplay(Finding finding) => finding.Rule == "replayed-proof";

    private static WatchEvent Seen(WatchKind kind, int minute, string peer) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon),
            Kind = kind,
            Time = Noon.AddMinutes(minute),
            Client = "acme",
            Peer = peer,
            Network = NetworkName.Of(peer),
            Status = 400,
        };

    private static AuditRecord Of(string decision, string rule)
    {
        var record = TestRecords.Of(AuditKind.Auth);
        (record.Event, record.Decision, record.Rule, record.Client, record.Peer) = ("token.issue", decision, rule, "acme", "203.0.113.7");
        return record;
    }

    private static WatchEvent? Read(AuditRecord record) => WatchEventReader.Read(EntryOf(record));

    private static AuditEntry EntryOf(AuditRecord record) => WatchEventReaderTests.Entry(record);

    private sealed class Anywhere : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => new() { Id = client };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }

    private sealed class AtHome : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => new() { Id = client, Networks = [IPNetwork.Parse("203.0.113.0/24")] };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
