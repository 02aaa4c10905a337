using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteSealedBodyTests : SealedBodyContract
{
    [Fact]
    public async Task DeleteMonth_OfWhatWasStoredInClear_LeavesNothingOfItInTheFiles()
    {
        await using var storage = Open(null);
        await storage.Store.AppendAsync([.. Enumerable.Range(0, 200).Select(static number => Marked(number))], None);
        Assert.True(await HasMarkAsync());
        Assert.Equal(200, await storage.Keeping.DeleteMonthAsync(201203, None));
        Assert.False(await HasMarkAsync());
    }

    [Fact]
    public async Task SealStored_OfWhatWasStoredInClear_LeavesNothingOfItInTheFiles()
    {
        await using (var off = Open(null))
        {
            await off.Store.AppendAsync([.. Enumerable.Range(0, 200).Select(static number => Marked(number))], None);
        }

        Assert.True(await HasMarkAsync());
        await using var storage = Open(Ring("one"));
        Assert.Equal(200, (await storage.SealStoredAsync(None)).Bodies);
        Assert.False(await HasMarkAsync());
        Assert.Contains(
            Mark,
            Encoding.UTF8.GetString((await storage.Store.ReadAsync("log", 7, 1, None))[0].Body.Span),
            StringComparison.Ordinal
        );
    }

    private const string Mark = "Jane-Q-Public-was-here";

    private static AuditEntry Marked(int number) =>
        Entry(number) with
        {
            Body = Encoding.UTF8.GetBytes($"{{\"note\":\"{Mark}-{number}-{new string('x', 900)}\"}}"),
        };

    private async Task<bool> HasMarkAsync()
    {
        var file = new SqliteConnectionStringBuilder(Location.Options.ConnectionString).DataSource;
        foreach (var path in Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
        {
            await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes, None);
            if (bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Mark)) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    protected override DbConnection Connect() => new SqliteConnection(Location.Options.ConnectionString + ";Pooling=False");
}
