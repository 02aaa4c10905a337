using System.Diagnostics.Metrics;
using System.Text;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>What the background verifier says when somebody takes trouble to have it look elsewhere.</summary>
public sealed class LogWatchTests
{
    // How far the node has come.
    private const long Written = 10_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Round_JournalDamagedBeforeAnEditedRow_NamesBoth(bool isDamaged)
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = sequence == 50 ? row with { Client = "other" } : row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        if (isDamaged)
        {
            Flip(world.Folder.Segments()[0], "\"p-8\"");
        }

        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 20 }, TimeProvider.System);
        var told = new List<string>();
        watch.Found += finding => told.Add($"{finding.Code} {finding.Sequence}");
        for (var round = 0; round < 8; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }

        string[] expected = [$"{FindingCode.StoreColumnsEdited} 50"];
        var damaged = world.Rows.Values.Single(static row =>
            Encoding.UTF8.GetString(row.Body.Span).Contains("\"p-8\"", StringComparison.Ordinal)
        );
        Assert.Equal(isDamaged ? [$"{FindingCode.JournalDamaged} {damaged.Sequence}", .. expected] : expected, told);
        Assert.Null(watch.Status.Problem);
    }

    // The slices are of twenty places: the second row of place 19 is the first that a page of as many has no room for.
    [Theory]
    [InlineData(19, 1)]
    [InlineData(19, 50)]
    [InlineData(5, 50)]
    public async Task Round_SecondRowsInAPlace_AreNamed_AndHideNothingBehindThem(int place, int more)
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var row in world.Rows.Values)
        {
            var again = row.Sequence == place ? 1 + more : 1;
            for (var i = 0; i < again; i++)
            {
                store.Rows[store.Rows.Count] = row.Sequence == 22 ? row with { Client = "other" } : row;
            }
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 20 }, TimeProvider.System);
        for (var round = 0; round < 4; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }

        Assert.Equal(
            [(FindingCode.StoreRecordInserted, (long)place), (FindingCode.StoreColumnsEdited, 22)],
            watch.Status.Findings.Select(static finding => (finding.Code, finding.Sequence!.Value))
        );
        Assert.Null(watch.Status.Problem);
    }

    [Fact]
    public async Task Round_AfterRound_SaysWhenTheLastSliceAndTheLastWholeRoundWere()
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        var clock = new AdjustableClock();
        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 50 }, clock);
        var measured = new Dictionary<string, double>();
        using var metrics = new ProofMetrics(world.Log, watch);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name.StartsWith("phi_gateway.audit.verifier.", StringComparison.Ordinal))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured[instrument.Name] = value);
        listener.Start();

        // Before the first slice it is the verifier's own age, so that one that never comes to it is seen.
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((60d, 60d), Read());
        await watch.RoundAsync(CancellationToken.None);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((60d, 120d), Read());
        await watch.RoundAsync(CancellationToken.None);
        var whole = clock.GetUtcNow();
        Assert.Equal((0d, 0d), Read());
        Assert.Equal((whole, whole), (watch.Status.LastRound, watch.Status.LastWhole));
        clock.Advance(TimeSpan.FromMinutes(1));
        await watch.RoundAsync(CancellationToken.None);
        Assert.Equal((0d, 60d), Read());
        Assert.Equal(30, measured["phi_gateway.audit.verifier.interval"]);

        (double, double) Read()
        {
            listener.RecordObservableInstruments();
            return (measured["phi_gateway.audit.verifier.age"], measured["phi_gateway.audit.verifier.round.age"]);
        }
    }

    // Two pauses a day: one slice at each would take four days to come round.
    [Fact]
    public async Task Pass_LogOfManySlices_IsGoneThroughWithinADay()
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = sequence == 55 ? row with { Client = "other" } : row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        var options = new LogWatchOptions { Records = 8, Interval = TimeSpan.FromHours(12) };
        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, options, TimeProvider.System);
        await watch.PassAsync(CancellationToken.None);
        Assert.Null(watch.Status.LastWhole);
        await watch.PassAsync(CancellationToken.None);

        Assert.NotNull(watch.Status.LastWhole);
        Assert.Equal(FindingCode.StoreColumnsEdited, Assert.Single(watch.Status.Findings).Code);
        Assert.Equal(watch.Status.Verified, world.Log.Status.Size);

        // The twin: a log of one slice is gone through once.
        var small = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions(), TimeProvider.System);
        await small.PassAsync(CancellationToken.None);
        Assert.Equal(small.Status.Verified, world.Log.Status.Size);
    }

    // What was compared of a store says nothing of the backup that was restored in its place.
    [Fact]
    public async Task Round_StoreThatWentBack_IsComparedFromItsFirstRecordOnAndThatIsOnRecord()
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions { Records = 20 }, TimeProvider.System);
        await watch.RoundAsync(CancellationToken.None);
        await watch.RoundAsync(CancellationToken.None);
        Assert.Null(watch.Status.AnewSince);
        Assert.Equal(40, watch.Status.Compared);

        store.Rows[5] = store.Rows[5] with { Client = "other" };
        watch.BeginAnew();
        await watch.RoundAsync(CancellationToken.None);
        Assert.NotNull(watch.Status.AnewSince);
        Assert.Equal(20, watch.Status.Compared);
        Assert.Equal(5, Assert.Single(watch.Status.Findings).Sequence);
        Assert.DoesNotContain(JournalFolder.ReadAll(world.Journal), static read => read.Record.Event == "store.compared");
        for (var round = 0; round < 3; round++)
        {
            await watch.RoundAsync(CancellationToken.None);
        }

        Assert.Null(watch.Status.AnewSince);
        var said = Assert.Single(JournalFolder.ReadAll(world.Journal), static read => read.Record.Event == "store.compared").Record;
        Assert.Contains("1 findings", said.Note, StringComparison.Ordinal);

        // The twin: rounds of a store that stands say nothing.
        await watch.RoundAsync(CancellationToken.None);
        Assert.Single(JournalFolder.ReadAll(world.Journal), static read => read.Record.Event == "store.compared");
    }

    // Of a log that cannot be opened nothing was compared, and nobody says that it was.
    [Fact]
    public async Task Pass_LogThatCannotBeOpened_IsStillToBeComparedAnew()
    {
        await using var world = await LogWorld.StartAsync(60);
        var store = new MemoryAuditStore();
        foreach (var (sequence, row) in world.Rows)
        {
            store.Rows[sequence] = row;
        }

        world.Journal.Acknowledge(world.Rows.Keys.Max());
        var watch = new LogWatch(world.Log, world.Journal, store, world.Heads, new LogWatchOptions(), TimeProvider.System);
        await watch.PassAsync(CancellationToken.None);
        var checkpoint = Path.Combine(world.Options.Directory, LogOrigin.Folder(world.Journal.Log), Checkpoint.FileName);
        File.Move(checkpoint, checkpoint + ".away");
        watch.BeginAnew();
        await watch.PassAsync(CancellationToken.None);

        Assert.NotNull(watch.Status.AnewSince);
        Assert.Equal(0, watch.Status.Compared);
        Assert.DoesNotContain(JournalFolder.ReadAll(world.Journal), static read => read.Record.Event == "store.compared");

        File.Move(checkpoint + ".away", checkpoint);
        await watch.PassAsync(CancellationToken.None);
        Assert.Null(watch.Status.AnewSince);
        Assert.Single(JournalFolder.ReadAll(world.Journal), static read => read.Record.Event == "store.compared");
    }

    // Without the pauses of other rounds, and never in a loop that rests nowhere.
    [Fact]
    public void Pause_OfAStoreThatIsComparedAnew_IsAsLongAsItsSlicesTook()
    {
        var options = new LogWatchOptions();
        var pace = new WatchPace(options, TimeProvider.System);
        var took = TimeSpan.FromSeconds(2);
        Assert.Equal(options.Interval, pace.PauseAfter(took, isToWait: false));
        Assert.Equal((1, 1, 2, 50), (pace.SlicesOf(0), pace.SlicesOf(5_000_000), pace.SlicesOf(10_000_000), pace.SlicesOf(long.MaxValue)));

        pace.Ask();
        Assert.Equal(took, pace.PauseAfter(took, isToWait: false));
        Assert.True(pace.Begin());
        Assert.Equal(took, pace.PauseAfter(took, isToWait: false));
        Assert.True(pace.PauseAfter(TimeSpan.Zero, isToWait: false) > TimeSpan.Zero);
        Assert.Equal(options.Interval, pace.PauseAfter(took, isToWait: true));
        Assert.Equal(options.Interval, pace.PauseAfter(TimeSpan.FromHours(1), isToWait: false));
        Assert.True(pace.End());
        Assert.False(pace.End());
        Assert.Equal(options.Interval, pace.PauseAfter(took, isToWait: false));
    }

    [Fact]
    public void TryAdd_ManyPlacesOfOneCode_HideNoOtherCodeAndNotThatTheyGoOn()
    {
        var told = new ToldFindings();
        var of = Enumerable.Range(0, 100_000).Count(place => told.TryAdd(Finding(FindingCode.StoreColumnsEdited, place), Written));

        // A share of them, and after that so few that nobody drowns.
        Assert.InRange(of, ToldFindings.MostOfACode + 1, ToldFindings.MostOfACode + 20);
        Assert.True(told.TryAdd(Finding(FindingCode.StoreRecordMissing, 7), Written));
        Assert.True(told.TryAdd(Finding(FindingCode.LogDamaged, null), Written));
        Assert.True(told.TryAdd(Finding(FindingCode.StoreColumnsEdited, 10_000_000), Written));

        // Each once.
        Assert.False(told.TryAdd(Finding(FindingCode.StoreRecordMissing, 7), Written));
        Assert.False(told.TryAdd(Finding(FindingCode.StoreColumnsEdited, 3), Written));
    }

    // A row may stand in any place that there can be: before, the last of them ended the verifier once its code's share was used up, and any
    // other far off hid whatever was put into the log itself from then on.
    [Theory]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public void TryAdd_RowsFarBehindTheLog_HideNothingInIt(long far)
    {
        var told = new ToldFindings();
        Assert.True(told.TryAdd(Finding(FindingCode.StoreRecordInserted, far), Written));
        for (var place = 0; place < ToldFindings.MostOfACode; place++)
        {
            Assert.True(told.TryAdd(Finding(FindingCode.StoreRecordInserted, place), Written));
            _ = told.TryAdd(Finding(FindingCode.StoreRecordInserted, Written + 1 + place), Written);
        }

        Assert.False(told.TryAdd(Finding(FindingCode.StoreRecordInserted, Written + 100_000), Written));
        Assert.False(told.TryAdd(Finding(FindingCode.StoreRecordInserted, far), Written));
        Assert.True(told.TryAdd(Finding(FindingCode.StoreRecordInserted, 1_000_000), Written));
    }

    private static ProofFinding Finding(string code, long? place) => new(code, "gw-01/1", place, "words");

    private static void Flip(string path, string text)
    {
        var bytes = File.ReadAllBytes(path);
        var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text));
        Assert.True(at > 0);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = at;
        file.WriteByte((byte)(bytes[at] ^ 1));
    }
}
