using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Trail;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>An outcome that finds no room is tried again until it stands.</summary>
public sealed class LateOutcomesTests
{
    [Fact]
    public async Task Keep_JournalFull_StandsOnceThereIsRoom()
    {
        var journal = new FakeJournal { Status = JournalStatus.Full };
        var late = new LateOutcomes(journal, TimeProvider.System, NullLogger<LateOutcomes>.Instance);
        var outcomes = Enumerable.Range(0, 3).Select(_ => TestRecords.Of(AuditKind.Outcome, Guid.NewGuid())).ToList();

        outcomes.ForEach(late.Keep);
        Assert.Equal(3, late.Count);
        journal.Status = JournalStatus.Open;
        while (late.Count > 0)
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        Assert.Equal(outcomes.Select(static outcome => outcome.ParentId), journal.Records.Select(static record => record.ParentId));
        Assert.All(journal.Records, static record => Assert.Equal("recorded late", record.Note));
    }
}
