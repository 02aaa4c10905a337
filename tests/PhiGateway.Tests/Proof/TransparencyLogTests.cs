using PhiGateway.Audit.Journal;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class TransparencyLogTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1500)]
    public async Task Log_AnySize_VerifiesFromOutside(int records)
    {
        await using var world = await LogWorld.StartAsync(records);
        Assert.Equal(records + 1, world.Log.Status.Size);
        Assert.Equal(0, world.Log.Status.Lag);
        await world.CloseAsync();

        Assert.Empty(world.Verify().Items);
    }

    // Where a file should be written there is a folder: the disk takes everything but that tile, as one that has just become full.
    [Theory]
    [InlineData("tile/entries/000")]
    [InlineData("tile/0/000")]
    [InlineData("tile/entries/001")]
    [InlineData("tile/0/001")]
    [InlineData("checkpoint")]
    public async Task Log_DiskThatTakesAFileLater_LosesNoEntry(string file)
    {
        await using var world = await LogWorld.StartAsync();
        var path = Path.Combine(world.Log.Files.Folder, Path.Combine(file.Split('/')));
        File.Delete(path);
        Directory.CreateDirectory(Path.Combine(path, "full"));
        await world.AppendAsync(600);
        Assert.NotNull(world.Log.Problem);
        await world.AppendAsync(100);
        Directory.Delete(path, recursive: true);
        await world.AppendAsync(0);

        Assert.Equal(world.Journal.DurableSequence + 1, world.Log.Status.Size);
        Assert.Null(world.Log.Fault);
        await world.AppendAsync(300);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Log_Restarted_GoesOnWhereItWas()
    {
        await using var world = await LogWorld.StartAsync(700);
        var before = File.ReadAllText(Path.Combine(world.Log.Files.Folder, "checkpoint"));
        await world.CloseAsync();
        await world.OpenAsync();
        await world.AppendAsync(700);

        var size = world.Journal.DurableSequence + 1;
        Assert.True(size > 1400);
        Assert.Equal(size, world.Log.Status.Size);
        Assert.NotEqual(before, File.ReadAllText(Path.Combine(world.Log.Files.Folder, "checkpoint")));
        Assert.Equal(2u, world.Log.Files.ReadEntry(size - 1, size)!.Value.Epoch);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Log_TilesLostThatWereNotDurable_AreMadeAgain()
    {
        await using var world = await LogWorld.StartAsync(700);
        var folder = world.Log.Files.Folder;
        var checkpoint = File.ReadAllText(Path.Combine(folder, "checkpoint"));
        await world.CloseAsync();

        // As a power cut may leave it: what was synced is there, the rest is torn.
        File.WriteAllText(Path.Combine(folder, "durable"), "1\n");
        File.WriteAllBytes(Path.Combine(folder, "tile", "0", "001"), new byte[100]);
        Directory.Delete(Path.Combine(folder, "tile", "entries", "002.p"), recursive: true);
        await world.OpenAsync();
        await world.AppendAsync(0);
        Assert.Null(world.Log.Fault);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
        Assert.NotEqual(checkpoint, File.ReadAllText(Path.Combine(folder, "checkpoint")));
    }

    [Fact]
    public async Task Log_KilledFarBehindWhatItSigned_SignsNothingSmallerAndKeepsItsKeysUntilItIsThere()
    {
        await using var world = await LogWorld.StartAsync(6000);
        await world.CloseAsync();
        var files = world.Log.Files;
        var (before, statements) = (files.ReadCheckpoint()!.Value.Checkpoint, files.ReadStatements().Count);

        // As a kill leaves it half a minute after tiles were made durable: more has to be made again than one pass takes.
        File.WriteAllText(Path.Combine(files.Folder, "durable"), "0\n");
        await world.OpenAsync();
        Assert.True(world.Log.Step());
        Assert.Equal(before, files.ReadCheckpoint()!.Value.Checkpoint);
        Assert.Equal(statements, files.ReadStatements().Count);

        await world.AppendAsync(1);
        Assert.Equal(world.Journal.DurableSequence + 1, files.ReadCheckpoint()!.Value.Checkpoint.Size);
        Assert.Equal(statements + 1, files.ReadStatements().Count);
        await world.CloseAsync();

        // What it had put into the store before is signed by keys that it still has.
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Open_JournalRolledBack_GoesNoFurther()
    {
        await using var world = await LogWorld.StartAsync(100);
        using var earlier = world.Folder.Clone();
        await world.AppendAsync(100);
        await world.CloseAsync();
        world.PutBack(earlier);

        await world.OpenAsync();
        var why = string.Empty;
        world.Log.Stopped += words => why = words;
        await world.Log.RunAsync(CancellationToken.None);

        Assert.Contains("rolled back", why, StringComparison.Ordinal);
        Assert.Equal(why, world.Log.Status.Fault);
    }

    [Fact]
    public async Task Open_CheckpointOfAnotherKey_IsRefused()
    {
        await using var world = await LogWorld.StartAsync(10);
        await world.CloseAsync();
        var path = Path.Combine(world.Log.Files.Folder, "checkpoint");
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);
        var text = SignedNote.Parse(File.ReadAllText(path))!.Text;
        File.WriteAllText(path, SignedNote.Sign(text, [other]).Whole);

        await Assert.ThrowsAsync<LogFaultException>(world.OpenAsync);
        Assert.Equal("checkpoint-forged", Assert.Single(world.Verify().Items).Code);
    }

    [Fact]
    public async Task Journal_ShippedButNotTakenIn_IsNotRecycled()
    {
        using var folder = new JournalFolder();
        await using var journal = await folder.OpenAsync(
            options: folder.Options with
            {
                IsFollowedByLog = true,
                Budget = 4096 * JournalOptions.MinSegmentBytes,
            }
        );
        await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()));
        journal.Acknowledge(journal.DurableSequence);
        journal.Maintain();
        Assert.Equal(0, journal.FirstSequence);

        using (var reader = journal.CreateReader(0))
        {
            reader.NoteTakenIn(journal.DurableSequence);
        }

        journal.Maintain();
        Assert.True(journal.FirstSequence > 0);
    }

    [Fact]
    public async Task Log_JournalOlderThanIt_SaysWhatWasBefore()
    {
        using var folder = new JournalFolder();
        await using (var journal = await folder.OpenAsync())
        {
            await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => journal.AppendAsync(TestRecords.Disclosure()).AsTask()));
            journal.Acknowledge(journal.DurableSequence);
            journal.Maintain();
            Assert.True(journal.FirstSequence > 0);
        }

        await using var world = new LogWorld();
        foreach (var file in Directory.GetFiles(folder.Path))
        {
            folder.CopyTo(world.Folder, Path.GetFileName(file));
        }

        await world.OpenAsync();
        await world.AppendAsync(5);
        Assert.Equal(1, world.Log.Files.ReadEntry(0, world.Log.Status.Size)!.Value.Flags);
        Assert.Equal(0, world.Log.Files.ReadEntry(world.Journal.FirstSequence, world.Log.Status.Size)!.Value.Flags);
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Export_StoreAway_KeepsStatementsAndTheNewestCheckpoint()
    {
        await using var world = await LogWorld.StartAsync();
        world.Heads.Heads.Clear();
        world.Heads.Down = true;
        await world.AppendAsync(5);
        await world.AppendAsync(5);
        Assert.Contains("TimeoutException", world.Log.Problem, StringComparison.Ordinal);
        Assert.Empty(world.Heads.Heads);

        world.Heads.Down = false;
        await world.AppendAsync(5);
        Assert.Equal(16, world.Log.Status.ExportedSize);
        Assert.Equal(16, Assert.Single(world.Heads.Heads, head => head.Kind == LogHeadKind.Checkpoint).Size);
    }

    [Fact]
    public async Task Rotate_NewKeyOfTheLog_SignsBesideTheOldOne()
    {
        await using var world = await LogWorld.StartAsync(10);
        var keys = Path.Combine(world.Options.KeyDirectory, LogOrigin.Folder(world.Journal.Log));
        Assert.Single(File.ReadAllLines(Path.Combine(world.Log.Files.Folder, "vkeys")));
        Assert.Equal(1, SigningKeys.Rotate(keys));
        await world.AppendAsync(1);
        await world.AppendAsync(0);

        var published = File.ReadAllLines(Path.Combine(world.Log.Files.Folder, "vkeys"));
        Assert.Equal(2, published.Length);
        var (note, _) = world.Log.Files.ReadCheckpoint()!.Value;
        Assert.All(published, key => Assert.True(note.IsSignedBy(NoteKey.Parse(key)!)));

        File.Delete(Path.Combine(keys, "log-0.key"));
        await world.AppendAsync(1);
        await world.AppendAsync(0);
        Assert.Single(File.ReadAllLines(Path.Combine(world.Log.Files.Folder, "vkeys")));
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Keys_PrivateFiles_CanBeReadByTheirOwnerOnly()
    {
        await using var world = await LogWorld.StartAsync(1);
        Assert.False(OperatingSystem.IsWindows(), "runs where files have modes");
        var files = Directory.GetFiles(world.Options.KeyDirectory, "*", SearchOption.AllDirectories);

        Assert.Equal(["evolving-0.key", "log-0.key", "salt.key"], files.Select(Path.GetFileName).Order());
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }
}
