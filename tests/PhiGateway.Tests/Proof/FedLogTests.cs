using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>The log that is shown what the shipper has read is the one that it makes of the journal by itself.</summary>
public sealed class FedLogTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Follow_BatchesWithGapsAndTwice_GiveTheLogOfTheJournal(int seed)
    {
        await using var world = await LogWorld.StartAsync(10);
        var random = new Random(seed);
        for (var turn = 0; turn < 12; turn++)
        {
            await AppendAsync(world, random.Next(1, 300));
            world.Ship();
            var all = world.Rows.Values.ToList();
            var first = Math.Max(0, all.Count - random.Next(1, 400));
            var count = random.Next(1, all.Count - first + 1);
            world.Log.Follow(all.GetRange(first, count));
            if (random.Next(3) == 0)
            {
                _ = world.Log.Step();
            }
        }

        await world.AppendAsync(0);
        Assert.Equal(world.Journal.DurableSequence + 1, world.Log.Status.Size);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Follow_BatchUpToTheEnd_IsSignedByTheNextPass()
    {
        await using var world = await LogWorld.StartAsync();
        await AppendAsync(world, 600);
        Show(world, 1);
        Assert.False(world.Log.Step());

        Assert.Equal(world.Journal.DurableSequence + 1, world.Log.Status.Size);
    }

    [Fact]
    public async Task Step_NothingIsShownAnyMore_ReadsTheJournal()
    {
        await using var world = await LogWorld.StartAsync();
        await AppendAsync(world, 300);
        Show(world, 1);
        await AppendAsync(world, 300);
        _ = world.Log.Step();
        Assert.NotEqual(0, world.Log.Status.Lag);
        _ = world.Log.Step();

        Assert.Equal(0, world.Log.Status.Lag);
        world.Ship();
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Theory]
    [InlineData("tile/entries/000")]
    [InlineData("tile/0/001")]
    public async Task Follow_DiskThatTakesAFileLater_LosesNoEntry(string file)
    {
        await using var world = await LogWorld.StartAsync();
        var path = Path.Combine(world.Log.Files.Folder, Path.Combine(file.Split('/')));
        Directory.CreateDirectory(Path.Combine(path, "full"));
        await AppendAsync(world, 600);
        Show(world, 1);
        Directory.Delete(path, recursive: true);
        await AppendAsync(world, 100);
        Show(world, 601);
        await world.AppendAsync(50);

        Assert.Equal(0, world.Log.Status.Lag);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    // What it had signed is compared by the loop; nothing may be built past it by what somebody shows.
    [Fact]
    public async Task Follow_JournalRolledBack_IsFoundAllTheSame()
    {
        await using var world = await LogWorld.StartAsync(100);
        using var earlier = world.Folder.Clone();
        await world.AppendAsync(100);
        await world.CloseAsync();
        world.PutBack(earlier);
        world.Rows.Clear();

        await world.OpenAsync();
        await AppendAsync(world, 300);
        Show(world, 0);
        await world.Log.RunAsync(CancellationToken.None);

        Assert.NotNull(world.Log.Status.Fault);
    }

    private static void Show(LogWorld world, long from)
    {
        world.Ship();
        world.Log.Follow([.. world.Rows.Values.Where(entry => entry.Sequence >= from)]);
    }

    private static async Task AppendAsync(LogWorld world, int records)
    {
        var pending = new List<Task>(records);
        for (var i = 0; i < records; i++)
        {
            pending.Add(world.Journal.AppendAsync(TestRecords.Disclosure($"q-{i}")).AsTask());
        }

        await Task.WhenAll(pending);
    }
}
