using PhiGateway.Gateway.Composition;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

public sealed class ProofOutboxTests
{
    private readonly List<string> _done = [];
    private bool _isAway;
    private long? _refused;

    [Fact]
    public async Task Tell_TheRegistryIsAway_IsTriedAgainAndRecordedOnce()
    {
        var outbox = Outbox();
        var failed = new List<string>();
        outbox.Failed += (finding, _) => failed.Add(finding.Code);
        outbox.Add(Finding(7));
        outbox.Add(Finding(9));
        _isAway = true;
        Assert.False(await outbox.TellAsync());
        Assert.False(await outbox.TellAsync());
        _isAway = false;

        Assert.True(await outbox.TellAsync());
        Assert.Equal(["record 7", "raise 7", "record 9", "raise 9"], _done);
        Assert.Single(failed);
        Assert.True(await outbox.TellAsync());
        Assert.Equal(4, _done.Count);
    }

    [Fact]
    public async Task Tell_OneIsRefusedTimeAndAgain_LetsTheOthersPassAndIsRecordedOnce()
    {
        var outbox = Outbox();
        var failed = new List<string>();
        outbox.Failed += (finding, _) => failed.Add(finding.Code);
        outbox.Add(Finding(7));
        outbox.Add(Finding(9));
        _refused = 7;
        for (var tries = 0; tries < 4; tries++)
        {
            Assert.False(await outbox.TellAsync());
        }

        Assert.Equal(["record 7", "record 9", "raise 9"], _done);
        Assert.Single(failed);

        // It is not forgotten.
        _refused = null;
        Assert.True(await outbox.TellAsync());
        Assert.Equal(["record 7", "record 9", "raise 9", "raise 7"], _done);
    }

    [Fact]
    public async Task Add_MoreThanItHolds_IsSaidAndTheFirstAreTold()
    {
        var outbox = Outbox();
        var failed = 0;
        outbox.Failed += (_, fault) => failed += fault is null ? 1 : 0;
        for (var sequence = 0; sequence < 5000; sequence++)
        {
            outbox.Add(Finding(sequence));
        }

        Assert.True(await outbox.TellAsync());
        Assert.Equal(5000, (_done.Count / 2) + failed);
        Assert.Equal("record 0", _done[0]);
        Assert.True(failed > 0);
    }

    private ProofOutbox Outbox() =>
        new(
            finding =>
            {
                _done.Add($"record {finding.Sequence}");
                return Task.CompletedTask;
            },
            finding =>
            {
                if (_isAway || _refused == finding.Sequence)
                {
                    throw new StoreAwayException();
                }

                _done.Add($"raise {finding.Sequence}");
                return Task.CompletedTask;
            },
            TimeProvider.System
        );

    private static ProofFinding Finding(long sequence) => new("store-record-edited", "gw-01/x", sequence, "In the store, it is another.");
}
