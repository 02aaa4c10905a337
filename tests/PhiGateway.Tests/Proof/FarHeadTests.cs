using System.Globalization;
using System.Security.Cryptography;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Proof;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>
/// Heads that somebody put into the store, where whoever ships may add any: of whatever size they are, they end no verification and hide none.
/// </summary>
public sealed class FarHeadTests
{
    // Before, the first of them ended the command with nothing printed.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task VerifyAudit_HeadOfTheLastSizeThereIs_IsNamed(bool isAdded)
    {
        await using var world = await LogWorld.StartAsync(20);
        await using var location = StorageLocation.Sqlite();
        await using var storage = AuditStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(CancellationToken.None);
        await storage.Store.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        await storage.Heads.AppendAsync(world.Heads.Heads, CancellationToken.None);
        if (isAdded)
        {
            await storage.Heads.AppendAsync([Garbage(world, long.MaxValue)], CancellationToken.None);
        }

        await File.WriteAllBytesAsync(Path.Combine(world.Folder.Path, "pseudonym.key"), new byte[32]);
        var options = new GatewayOptions { Node = "gw-01" };
        options.Audit.Journal.Directory = world.Folder.Path;
        options.Audit.Log.Directory = world.Options.Directory;
        options.Audit.Log.KeyDirectory = world.Options.KeyDirectory;
        options.Audit.Store.Provider = "Sqlite";
        options.Audit.Store.ConnectionString = location.Options.ConnectionString;
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await VerifyAuditCommand.RunAsync(options, output, error);

        Assert.True(code == (isAdded ? 1 : 0), $"{output}{error}");
        Assert.Equal(isAdded, output.ToString().Contains("no signed note", StringComparison.Ordinal));
        Assert.Contains("21 records under the checkpoint", output.ToString(), StringComparison.Ordinal);
    }

    // So many that a page ends with the last size there is: before, every round began there again and none of the others was compared any more.
    [Fact]
    public async Task Round_HeadsFarBehindTheLog_AreNamedAndHideNoOther()
    {
        const int Pages = 1000;
        await using var world = await LogWorld.StartAsync(20);
        var watch = new LogWatch(world.Log, world.Journal, StoreOf(world), world.Heads, new LogWatchOptions(), TimeProvider.System);
        await watch.RoundAsync(CancellationToken.None);
        Assert.Empty(watch.Status.Findings);

        for (var more = Pages - world.Heads.Heads.Count - 1; more >= 0; more--)
        {
            world.Heads.Heads.Add(Garbage(world, long.MaxValue - more));
        }

        await RoundsAsync(watch);
        Assert.NotEmpty(watch.Status.Findings);
        Assert.All(watch.Status.Findings, static finding => Assert.Equal(FindingCode.LogRewritten, finding.Code));

        // Another history of the same log, among the sizes that it had.
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);
        var text = new Checkpoint(world.Log.Origin, 5, new(SHA256.HashData([5]))).ToText();
        var note = SignedNote.Sign(text, [other]).Whole;
        world.Heads.Heads.Add(new LogHead(world.Journal.Log, 5, LogHeadKind.Checkpoint, note, DateTimeOffset.UnixEpoch));
        await RoundsAsync(watch);

        Assert.Contains(watch.Status.Findings, static finding => (finding.Code, finding.Sequence) == (FindingCode.KeysForged, 5L));
        Assert.Null(watch.Status.Problem);
    }

    // What a log signed that was cut off since stands there, larger than the log is now: it is compared, and does not wait for the log to grow.
    [Fact]
    public async Task Round_HeadOfASizeThatTheNodeHasNotWritten_IsNamed()
    {
        await using var world = await LogWorld.StartAsync(20);
        var watch = new LogWatch(world.Log, world.Journal, StoreOf(world), world.Heads, new LogWatchOptions(), TimeProvider.System);
        world.Heads.Heads.Add(Garbage(world, 500));
        await watch.RoundAsync(CancellationToken.None);

        Assert.Equal(500, Assert.Single(watch.Status.Findings).Sequence);
    }

    // Before, the statements of a log, by which a node that was put back is told, were not read any more.
    [Fact]
    public async Task FleetRound_HeadOfTheLastSizeThereIs_KeepsNothingFromBeingRead()
    {
        await using var world = await LogWorld.StartAsync(20);
        world.Heads.Heads.Add(Garbage(world, long.MaxValue));
        var folder = Directory.CreateTempSubdirectory("phigw-far-");
        using (var fleet = FleetLog.Open(folder.FullName, new NoteSigner("gw-01/fleet", new byte[32])))
        {
            var feed = new FleetFeed(fleet, StoreOf(world), world.Heads, TimeSpan.FromMinutes(1), TimeProvider.System);
            await feed.RoundAsync(CancellationToken.None);
            Assert.Null(feed.Problem);
            Assert.Equal(world.Log.Status.Size, fleet.Members.Single(member => member.Log == world.Journal.Log).Size);
        }

        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("1,2", 3, null)]
    [InlineData("1,2,3", 3, 3L)]
    [InlineData("3,3,3", 3, 4L)]
    [InlineData("1,9223372036854775807", 2, long.MaxValue)]
    [InlineData("9223372036854775807,9223372036854775807", 2, null)]
    [InlineData("", 3, null)]
    public void Behind_APage_GoesOnWithTheLastSizeAndEnds(string sizes, int limit, long? expected)
    {
        var page = sizes.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(HeadOf).ToList();

        Assert.Equal(expected, HeadPages.Behind(page, limit));
    }

    private static LogHead HeadOf(string size)
    {
        var number = long.Parse(size, CultureInfo.InvariantCulture);
        return new LogHead("gw-01/1", number, LogHeadKind.Checkpoint, "note", DateTimeOffset.UnixEpoch);
    }

    private static LogHead Garbage(LogWorld world, long size) =>
        new(world.Journal.Log, size, LogHeadKind.Checkpoint, "nothing that anybody signed", DateTimeOffset.UnixEpoch);

    private static async Task RoundsAsync(LogWatch watch)
    {
        for (var round = 0; round < 6; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }
    }

    private static MemoryAuditStore StoreOf(LogWorld world)
    {
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        return store;
    }
}
