using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Gateway.Composition;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>
/// The runbook clock-wrong.md, walked with a journal on disk and a wall clock that is set: the clock of a machine is not a test's to change.
/// </summary>
public sealed class ClockRunbookTests
{
    [Theory]
    [InlineData(-3600, "back by 3600.0 s")]
    [InlineData(3600, "forward by 3600.0 s")]
    public async Task Clock_Set_IsOnRecord_NothingLivesOn_AndARestartTakesTheRightTime(int seconds, string words)
    {
        using var folder = new JournalFolder();
        var wall = new SetClock();
        DateTimeOffset latest;
        await using (var journal = await JournalOpener.OpenAsync(folder.Options, wall, new JournalFiles()))
        {
            // What one sees: the step with its direction and by how much, and a node that does not follow it back.
            var node = new SteadyClock(wall);
            journal.Maintain();
            var before = node.GetUtcNow();
            wall.Offset = TimeSpan.FromSeconds(seconds);
            journal.Maintain();
            await journal.SayAsync("end", "of the step");
            latest = node.GetUtcNow();
            Assert.True(latest >= before);
            Assert.Contains(words, Assert.Single(Steps(journal)), StringComparison.Ordinal);

            // What one does first: the clock is made right. One that was ahead stays ahead until the restart, and no token lives again.
            wall.Offset = TimeSpan.Zero;
            journal.Maintain();
            await journal.SayAsync("end", "of the repair");
            Assert.Equal(2, Steps(journal).Count);
            Assert.True(node.GetUtcNow() >= latest);
        }

        // What one checks: after the restart the time is the machine's, and there is no further step.
        await using var again = await JournalOpener.OpenAsync(folder.Options, wall, new JournalFiles());
        Assert.True((new SteadyClock(wall).GetUtcNow() - wall.GetUtcNow()).Duration() < TimeSpan.FromMinutes(1));
        again.Maintain();
        again.Maintain();
        await again.SayAsync("end", "of the check");
        Assert.Equal(2, Steps(again).Count);
    }

    private static List<string> Steps(FileJournal journal) =>
        [.. JournalFolder.ReadAll(journal).Where(static r => r.Record.Event == "clock.step").Select(static r => r.Record.Note!)];

    /// <summary>The machine's clocks, of which the wall clock is set.</summary>
    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Offset { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
    }
}
