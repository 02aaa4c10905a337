using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Composition;
using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>A node that was started while its database was away brings it up to date when it is back, whatever it says in between.</summary>
public sealed class StoragePreparationTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task Prepare_ADatabaseThatRefusesWhenItIsBack_IsToldAndAskedAgainUntilItTakesIt()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var preparation = new StoragePreparation(_clock, NullLogger.Instance);
        var migrator = new Migrator(
            new StorageException(StorageProblem.Unreachable, "away"),
            new StorageException(StorageProblem.Refused, "wrong password"),
            new StorageException(StorageProblem.Refused, "no such database"),
            new OverflowException(),
            null
        );
        await preparation.PrepareAsync([migrator], loops, CancellationToken.None);

        var words = new List<string>();
        while (preparation.Problems is [var problem])
        {
            Assert.Equal("registry schema", problem.Part);
            words.Add(problem.Words);
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(["away", "wrong password", "no such database"], words.Distinct());
        Assert.Equal(5, migrator.Asked);
        await loops.StopAsync();
    }

    [Fact]
    public async Task Prepare_ADatabaseThatRefusesAtTheStart_IsAFaultOfTheStart()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var preparation = new StoragePreparation(_clock, NullLogger.Instance);
        var refusing = new Migrator(new StorageException(StorageProblem.Refused, "wrong password"));

        await Assert.ThrowsAsync<StorageException>(() => preparation.PrepareAsync([refusing], loops, CancellationToken.None));
        Assert.Empty(loops.Status);
        await preparation.PrepareAsync([new Migrator(null as Exception)], loops, CancellationToken.None);
        Assert.Empty(preparation.Problems);
        Assert.Empty(loops.Status);
    }

    [Fact]
    public async Task Prepare_TwoDatabasesThatAreAway_AreBothTold()
    {
        using var loops = new WatchedLoops(_clock, NullLogger.Instance);
        var preparation = new StoragePreparation(_clock, NullLogger.Instance);
        var away = new StorageException(StorageProblem.Unreachable, "away");
        await preparation.PrepareAsync([new Migrator(away), new Migrator(away) { Name = "audit" }], loops, CancellationToken.None);

        Assert.Equal(["audit schema", "registry schema"], preparation.Problems.Select(static problem => problem.Part));
        await loops.StopAsync();
    }

    private sealed class Migrator(params Exception?[] answers) : IStorageMigrator
    {
        private int _asked;

        public int Asked => _asked;

        public string Name { get; init; } = "registry";

        public Task MigrateAsync(CancellationToken cancellationToken) =>
            answers[Math.Min(Interlocked.Increment(ref _asked), answers.Length) - 1] is { } fault
                ? Task.FromException(fault)
                : Task.CompletedTask;

        public Task VerifyAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
