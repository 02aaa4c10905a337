using Xunit;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>One Postgres for the whole run, started by the first test that asks; taken as a constructor parameter.</summary>
public sealed class PostgresFixture : IAsyncDisposable
{
    private readonly Lazy<Task<PostgresCluster>> _cluster = new(() => PostgresCluster.StartNewAsync());

    public Task<PostgresCluster> GetAsync() => _cluster.Value;

    public async ValueTask DisposeAsync()
    {
        if (_cluster.IsValueCreated && _cluster.Value.IsCompletedSuccessfully)
        {
            await _cluster.Value.Result.DisposeAsync();
        }
    }
}
