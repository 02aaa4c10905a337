using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

/// <summary>
/// Rows that are large, as whoever ships may add them: no page of them takes more memory than one answer may, and none is left out.
/// </summary>
public sealed class LargeRowTests : IAsyncLifetime
{
    private const int Rows = 6;
    private const int Large = 14 * 1024 * 1024;
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly StorageLocation _location = StorageLocation.Sqlite();
    private AuditStorage _storage = null!;

    public async ValueTask InitializeAsync()
    {
        _storage = AuditStorage.Create(_location.Options);
        await _storage.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _location.DisposeAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("permit")]
    public async Task Query_RowsThatFillTheMemory_ComePageByPageAndAllOfThem(string? decision)
    {
        await FillAsync(Large);
        var query = new AuditQuery { Decision = decision, Limit = 100 };
        var found = new List<long>();
        var pages = 0;
        do
        {
            var page = await _storage.Store.QueryAsync(query, None);
            Assert.True(page.Entries.Sum(AuditPageBytes.Of) <= AuditPageBytes.Most);
            found.AddRange(page.Entries.Select(static entry => entry.Sequence));
            query = query with { Cursor = page.Next };
            pages++;
        } while (query.Cursor is not null);

        Assert.Equal(Enumerable.Range(0, Rows).Reverse().Select(static place => (long)place), found);
        Assert.True(pages > 1);
    }

    // The twin: rows as they are come at once.
    [Fact]
    public async Task Query_RowsAsTheyAre_ComeInOnePage()
    {
        await FillAsync(1000);
        var page = await _storage.Store.QueryAsync(new AuditQuery { Limit = Rows }, None);
        Assert.Equal((Rows, null), (page.Entries.Count, page.Next));
        var read = await _storage.Store.ReadAsync("gw-01/1", 0, 100, None);
        Assert.Equal(Rows, read.Count);
        Assert.False(AuditPageBytes.IsCut(read));
    }

    // Texts under which a row is filed fill the memory as well as its body does.
    [Fact]
    public void Of_LongTexts_CountsThem()
    {
        var row = Row(0, 1000);
        Assert.Equal(
            AuditPageBytes.Of(row with { Event = string.Empty, Client = null }) + 6000,
            AuditPageBytes.Of(row with { Event = new string('e', 1000), Client = new string('c', 2000) })
        );
    }

    [Fact]
    public async Task Read_RowsThatFillTheMemory_SaysThatThereIsMore()
    {
        await FillAsync(Large);
        var found = new List<long>();
        for (long? next = 0; next is { } place; )
        {
            var page = await _storage.Store.ReadFiledAsync("gw-01/1", place, 100, None);
            Assert.True(page.Count < Rows);
            (var rows, next) = WholePlaces.Of(page, 100);
            found.AddRange(rows.Select(static entry => entry.Sequence));
        }

        Assert.Equal(Enumerable.Range(0, Rows).Select(static place => (long)place), found);
    }

    // Nothing that any version writes is as long.
    [Fact]
    public async Task Read_RowLongerThanAnyRecord_IsCut()
    {
        const int Longest = 17 * 1024 * 1024;
        var row = Row(0, Longest) with { Event = new string('e', 1_000_000) };
        await _storage.Store.AppendAsync([row, Row(1, 1000)], None);
        var read = await _storage.Store.ReadAsync("gw-01/1", 0, 10, None);

        Assert.Equal(2, read.Count);
        Assert.InRange(read[0].Body.Length, Large, Longest - 1);
        Assert.Equal(65_536, read[0].Event.Length);
        Assert.Equal((1000, "read"), (read[1].Body.Length, read[1].Event));
    }

    // What is cut is cut by its characters, of which there are fewer than bytes.
    [Theory]
    [InlineData("e", 65_536, 65_536)]
    [InlineData("e", 65_537, 65_536)]
    [InlineData("\u00e9", 40_000, 40_000)]
    [InlineData("\u00e9", 65_536, 65_536)]
    [InlineData("\u00e9", 70_000, 65_536)]
    public async Task Read_TextAboutAsLongAsIsRead_IsWholeUpToThat(string letter, int written, int read)
    {
        var text = string.Concat(Enumerable.Repeat(letter, written));
        await _storage.Store.AppendAsync([Row(0, 100) with { Event = text }], None);
        var found = Assert.Single(await _storage.Store.ReadAsync("gw-01/1", 0, 10, None));

        Assert.Equal(text[..read], found.Event);
        Assert.Equal(100, found.Body.Length);
    }

    // A place names the log of the last record that was shown: of a name that has no room in it, its beginning.
    [Fact]
    public async Task Query_LogsOfVeryLongNames_EndNoSearch()
    {
        var logs = Enumerable.Range(0, 3).Select(static number => new string((char)('x' + number), 3000)).ToList();
        await _storage.Store.AppendAsync([.. logs.Select(log => Row(0, 100) with { Log = log }), Row(1, 100)], None);
        var query = new AuditQuery { Limit = 1 };
        var found = new List<string>();
        do
        {
            var page = await _storage.Store.QueryAsync(query, None);
            found.AddRange(page.Entries.Select(static entry => entry.Log));
            query = query with { Cursor = page.Next };
        } while (query.Cursor is not null);

        Assert.Equal(["gw-01/1", logs[2], logs[1], logs[0]], found);
    }

    private static AuditEntry Row(long sequence, int bytes) =>
        StoredTrail.EntryOf(TestRecords.Disclosure(), sequence) with
        {
            Time = TestRecords.Noon.AddSeconds(sequence),
            Body = new byte[bytes],
        };

    private Task FillAsync(int bytes)
    {
        var body = new byte[bytes];
        return _storage.Store.AppendAsync([.. Enumerable.Range(0, Rows).Select(place => Row(place, 0) with { Body = body })], None);
    }
}
