using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <summary>Bodies of records are sealed at rest, whatever the database: by whom they can be read, and by whom never again.</summary>
public abstract partial class SealedBodyContract : IAsyncLifetime
{
    private const string Marker = "Zaphod-Beeblebrox";
    protected static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] First = SHA256.HashData("first"u8);
    private static readonly byte[] Second = SHA256.HashData("second"u8);
    private static readonly DateTimeOffset Old = new(2012, 3, 15, 12, 0, 0, TimeSpan.Zero);

    protected StorageLocation Location { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Location = await LocateAsync();
        await using var storage = AuditStorage.Create(Location.Options);
        await storage.Migrator.MigrateAsync(None);
    }

    public async ValueTask DisposeAsync()
    {
        await Location.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<StorageLocation> LocateAsync();

    /// <summary>A connection beside the store, as somebody with the database's files has it.</summary>
    protected abstract DbConnection Connect();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20261129)]
    public async Task Append_WithAKey_ReadsBackByteForByteAndStoresNothingReadable(int seed)
    {
        var random = new Random(seed);
        var entries = Enumerable
            .Range(0, 60)
            .Select(i => Entry(i, Tenant(random)) with { Body = Body(random), Time = Old.AddDays(random.Next(900)) })
            .ToList();
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync(entries, None);

        var read = await storage.Store.ReadAsync("log", 0, 100, None);
        Assert.Equal(entries.Select(Text), read.Select(Text));
        Assert.All(read, static entry => Assert.False(entry.IsDestroyed));
        Assert.All(
            await StoredAsync(),
            static body => Assert.DoesNotContain(Marker, Encoding.Latin1.GetString(body), StringComparison.Ordinal)
        );
        Assert.Equal(entries.Count, (await StoredAsync()).Select(Convert.ToHexString).Distinct().Count());

        // Searches find them by the same words, and the same batch again changes nothing.
        await storage.Store.AppendAsync(entries, None);
        var found = await storage.Store.QueryAsync(new AuditQuery { Tenant = "north", Limit = 100 }, None);
        Assert.Equal(entries.Where(static entry => entry.Tenant == "north").Select(Text).Order(), found.Entries.Select(Text).Order());
    }

    [Fact]
    public async Task Append_AfterARotation_ReadsOldAndNew_AndOldRowsStayAsTheyAre()
    {
        await using (var before = Open(Ring("one")))
        {
            await before.Store.AppendAsync([Entry(0)], None);
        }

        var stored = await StoredAsync();
        await using (var rotated = Open(Ring("two", "one")))
        {
            Assert.Empty(await rotated.CheckBodyKeysAsync(None));
            await rotated.Store.AppendAsync([Entry(1)], None);
            Assert.Equal([Text(Entry(0)), Text(Entry(1))], (await rotated.Store.ReadAsync("log", 0, 9, None)).Select(Text));
            var names = (await rotated.Keeping.ListBodyKeysAsync(None)).Select(static key => key.WrappingKey);
            Assert.Equal(["one", "two"], names.Order());

            // The data key of before is wrapped anew; then the first key is needed no longer, and no row was written again.
            Assert.Equal("0 1 0", await SealAsync(rotated));
            Assert.Equal("0 0 0", await SealAsync(rotated));
        }

        Assert.Equal(stored[0], (await StoredAsync())[0]);
        await using var after = Open(Ring("two"));
        Assert.Empty(await after.CheckBodyKeysAsync(None));
        Assert.Equal([Text(Entry(0)), Text(Entry(1))], (await after.Store.ReadAsync("log", 0, 9, None)).Select(Text));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("other-name")]
    [InlineData("other-key")]
    public async Task Read_WithoutTheRightKey_IsRefusedInWordsAndNeverSilent(string kind)
    {
        await using (var right = Open(Ring("one")))
        {
            await right.Store.AppendAsync([Entry(0)], None);
        }

        await using var wrong = Open(
            kind switch
            {
                "none" => null,
                "other-name" => Ring("two"),
                _ => new BodyKeyRing(new Dictionary<string, byte[]> { ["one"] = Second }, "one"),
            }
        );
        var checkedAtStart = Assert.Single(await wrong.CheckBodyKeysAsync(None));
        var read = await Assert.ThrowsAsync<BodyKeyException>(() => wrong.Store.ReadAsync("log", 0, 9, None));
        var searched = await Assert.ThrowsAsync<BodyKeyException>(() => wrong.Store.QueryAsync(new AuditQuery(), None));
        Assert.All(
            [checkedAtStart, read.Message, searched.Message],
            static words => Assert.Contains("'one'", words, StringComparison.Ordinal)
        );

        // What needs no content is there all the same, so that shipping goes on.
        Assert.Equal(0, await wrong.Store.GetWatermarkAsync("log", None));
        Assert.NotNull(await wrong.Store.GetHashAsync("log", 0, None));
        await using var back = Open(Ring("one"));
        Assert.Equal(Text(Entry(0)), Text(Assert.Single(await back.Store.ReadAsync("log", 0, 9, None))));
    }

    [Fact]
    public async Task Seal_OfWhatWasStoredPlain_IsThePathFromOffToOnAndBack()
    {
        await using (var off = Open(null))
        {
            Assert.Empty(await off.CheckBodyKeysAsync(None));
            await off.Store.AppendAsync([.. Enumerable.Range(0, 1200).Select(i => Entry(i, i % 2 == 0 ? "north" : null))], None);
            await Assert.ThrowsAsync<InvalidOperationException>(() => off.SealStoredAsync(None));
        }

        await using var on = Open(Ring("one"));
        await on.Store.AppendAsync([Entry(1200)], None);
        Assert.Equal(1201, (await on.Store.ReadAsync("log", 0, 2000, None)).Count);
        Assert.Contains(Marker, Encoding.Latin1.GetString((await StoredAsync())[0]), StringComparison.Ordinal);

        Assert.Equal("1200 0 0", await SealAsync(on));
        Assert.All(
            await StoredAsync(),
            static body => Assert.DoesNotContain(Marker, Encoding.Latin1.GetString(body), StringComparison.Ordinal)
        );
        Assert.Equal(Enumerable.Range(0, 1201).Select(i => Text(Entry(i))), (await on.Store.ReadAsync("log", 0, 2000, None)).Select(Text));

        // Turned off again: what is sealed can be read with the key, what comes is stored as it is.
        await using var offAgain = Open(new BodyKeyRing(new Dictionary<string, byte[]> { ["one"] = First }, null));
        await offAgain.Store.AppendAsync([Entry(1201)], None);
        Assert.Equal(1202, (await offAgain.Store.ReadAsync("log", 0, 2000, None)).Count);
        Assert.Contains(Marker, Encoding.Latin1.GetString((await StoredAsync())[1201]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE audit_event SET body = (SELECT o.body FROM audit_event o WHERE o.sequence = 1) WHERE sequence = 0")]
    [InlineData(
        "UPDATE audit_event SET body = (SELECT o.body FROM audit_event o WHERE o.sequence = 2), body_key = (SELECT o.body_key FROM audit_event o "
            + "WHERE o.sequence = 2) WHERE sequence = 0"
    )]
    public async Task Read_OfARowThatStandsInForAnother_IsNoBodyOfEither(string edit)
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0), Entry(1), Entry(2, "south")], None);
        await RunAsync(edit);

        var read = await storage.Store.ReadAsync("log", 0, 9, None);
        Assert.DoesNotContain(Marker, Encoding.Latin1.GetString(read[0].Body.Span), StringComparison.Ordinal);
        Assert.False(read[0].IsDestroyed);
        Assert.Equal(Text(Entry(1)), Text(read[1]));
    }

    protected static BodyKeyRing Ring(string current, params string[] others) =>
        new(others.Append(current).ToDictionary(static name => name, static name => name == "one" ? First : Second), current);

    protected AuditStorage Open(BodyKeyRing? ring) => AuditStorage.Create(Location.Options, bodies: ring);

    protected static AuditEntry Entry(int sequence, string? tenant = "north") =>
        new()
        {
            Log = "log",
            Sequence = sequence,
            Id = new Guid(sequence, 7, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = Old.AddSeconds(sequence),
            Tenant = tenant,
            Client = "acme",
            PatientKeys = ["k-1"],
            ChainHash = SHA256.HashData(BitConverter.GetBytes(sequence)),
            Body = Encoding.UTF8.GetBytes($$"""{"n":{{sequence}},"patient":"{{Marker}}"}"""),
        };

    private static string? Tenant(Random random) => ((string?[])["north", "south", null])[random.Next(3)];

    private static byte[] Body(Random random)
    {
        var body = new byte[random.Next(4) == 0 ? 0 : random.Next(20_000)];
        random.NextBytes(body);
        return [.. Encoding.UTF8.GetBytes(Marker), .. body];
    }

    private static async Task<string> SealAsync(AuditStorage storage)
    {
        var (bodies, keys, unopened) = await storage.SealStoredAsync(None);
        return FormattableString.Invariant($"{bodies} {keys} {unopened.Count}");
    }

    private static string Text(AuditEntry entry) => $"{entry.Sequence} {Convert.ToHexString(entry.Body.Span)}";

    private async Task<List<byte[]>> StoredAsync()
    {
        await using var connection = Connect();
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM audit_event ORDER BY log, sequence";
        await using var reader = await command.ExecuteReaderAsync(None);
        var bodies = new List<byte[]>();
        while (await reader.ReadAsync(None))
        {
            bodies.Add((byte[])reader[0]);
        }

        return bodies;
    }

    private async Task RunAsync(string sql)
    {
        await using var connection = Connect();
        await connection.OpenAsync(None);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // a statement of the test's own
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(None);
    }
}
