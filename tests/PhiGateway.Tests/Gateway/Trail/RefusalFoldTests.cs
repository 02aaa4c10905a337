using System.Net;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>What strangers may have recorded, and what is said of the rest.</summary>
public sealed class RefusalFoldTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeJournal _journal = new();
    private readonly GatewayOptions _options = new()
    {
        Audit = new()
        {
            Strangers = new() { RecordsPerSecondPerPeer = 1, RecordsPerSecond = 3 },
        },
    };

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.8", false)]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void CallerOf_TwoAddresses_AreOneCallerWhenOneNetworkStandsBehindThem(string one, string other, bool same) =>
        Assert.Equal(same, PeerNetwork.Of(IPAddress.Parse(one)) == PeerNetwork.Of(IPAddress.Parse(other)));

    [Fact]
    public void Admits_OnePeerWithoutEnd_LeavesRoomForTheOthers()
    {
        using var fold = Create();

        Assert.Equal(10, Enumerable.Range(0, 100).Count(_ => fold.Admits("noisy")));
        Assert.True(fold.Admits("quiet"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(fold.Admits("noisy"));
        Assert.False(fold.Admits("noisy"));
    }

    [Fact]
    public void Admits_ManyPeers_AreBoundTogether()
    {
        using var fold = Create();

        Assert.Equal(60, Enumerable.Range(0, 10_000).Count(i => fold.Admits($"peer {i}")));
    }

    [Fact]
    public async Task Write_CountedRefusals_AreOneRecordThatSaysHowManyOfWhatAndWhose()
    {
        using var fold = Create();
        for (var i = 0; i < 1_300; i++)
        {
            fold.Count(DenyReason.NoCredential, "203.0.113.7");
        }

        fold.Count(DenyReason.UnknownClient, "203.0.113.8");

        await fold.WriteAsync();
        await fold.WriteAsync();

        var record = Assert.Single(_journal.Records);
        Assert.Equal((RefusalFold.Event, "no-credential", null), (record.Event, record.Reason, record.Peer));
        Assert.Equal(
            "1301 refusals were counted and not recorded one by one; kinds: no-credential 1300, unknown-client 1; "
                + "2 peers: 203.0.113.7 1300, 203.0.113.8 1",
            record.Note
        );
        Assert.Empty(AuditRecordValidator.Validate(record));
    }

    [Fact]
    public async Task Write_NoRoom_SaysItWithTheNext()
    {
        using var fold = Create();
        _journal.Status = JournalStatus.Full;
        fold.Count(DenyReason.NoCredential, "203.0.113.7");
        await fold.WriteAsync();
        Assert.Empty(_journal.Records);

        _journal.Status = JournalStatus.Open;
        fold.Count(DenyReason.NoCredential, "203.0.113.7");
        await fold.WriteAsync();

        Assert.StartsWith("2 refusals", Assert.Single(_journal.Records).Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(8_000)]
    public void Cut_TextOfAStrangers_IsShortAndStandsForTheWhole(int length)
    {
        var text = new string('ä', length / 2);

        var cut = BoundedText.Cut(text)!;

        Assert.Equal(length > 256, cut != text);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(cut) < 400);
        Assert.Equal(length > 256, cut.Contains("8000 bytes, sha256 ", StringComparison.Ordinal));
        Assert.StartsWith(new string('ä', 128), cut, StringComparison.Ordinal);
    }

    private RefusalFold Create() => new(_options, _journal, new GatewayMetrics(), _clock);
}
