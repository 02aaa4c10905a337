using PhiGateway.Storage.Common;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>Where one test class keeps its database: a temporary file, or a database of the run's Postgres.</summary>
public sealed class StorageLocation : IAsyncDisposable
{
    private readonly string? _folder;

    private StorageLocation(StorageOptions options, string? folder)
    {
        Options = options;
        _folder = folder;
    }

    public StorageOptions Options { get; }

    public static StorageLocation Sqlite()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-sqlite-").FullName;
        return new StorageLocation(
            new StorageOptions { Provider = StorageProvider.Sqlite, ConnectionString = $"Data Source={Path.Combine(folder, "store.db")}" },
            folder
        );
    }

    public static async Task<StorageLocation> PostgresAsync(PostgresFixture postgres, StorageSchemas schemas) =>
        new(
            new StorageOptions { Provider = StorageProvider.Postgres, ConnectionString = await postgres.CreateDatabaseAsync(schemas) },
            null
        );

    public ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }

        return ValueTask.CompletedTask;
    }
}
