using System.Security.Cryptography;
using PhiGateway.Cli;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Keys;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A log over the heads of all nodes: what one of them has signed it cannot take back, and what is no head of it does not get in.</summary>
public sealed partial class FleetLogTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-fleet-");
    private readonly List<ProofFinding> _found = [];

    private string Published => Path.Combine(_folder.FullName, "fleet");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Round_HeadsOfTwoNodes_AreProvenAndStandAfterARestart()
    {
        await using var one = await LogWorld.StartAsync(20);
        await using var two = await LogWorld.StartAsync(5);
        var store = Store(one, two);
        string earlier;
        using (var fleet = Open())
        {
            await RoundAsync(fleet, one, store);
            await RoundAsync(fleet, two, store);
            var before = fleet.Size;
            await RoundAsync(fleet, one, store);
            Assert.Equal(before, fleet.Size);
            earlier = fleet.Checkpoint!;
            await one.AppendAsync(10);
            await RoundAsync(fleet, one, store);
            Assert.True(fleet.Size > before);
        }

        using var again = Open();
        Assert.Equal(
            new[] { (one.Journal.Log, one.Log.Status.Size), (two.Journal.Log, two.Log.Status.Size) }.Order(),
            again.Members.Select(static member => (member.Log, member.Size)).Order()
        );
        foreach (var log in new[] { one.Journal.Log, two.Journal.Log })
        {
            var proof = again.Prove(log)!;
            Assert.True(FleetVerifier.Holds(proof, again.Key));
            Assert.False(FleetVerifier.Holds(proof with { Head = proof.Head with { Note = proof.Head.Note + "x" } }, again.Key));
            Assert.False(FleetVerifier.Holds(proof with { Head = proof.Head with { Log = "gw-09/x" } }, again.Key));
        }

        Assert.Null(again.Prove("gw-09/x"));
        Assert.Equal(again.Size, FleetVerifier.Read(Published, again.Key).Count);
        Assert.NotEqual(earlier, again.Checkpoint);
        Assert.Empty(_found);
        Assert.DoesNotContain("p-1", await File.ReadAllTextAsync(Path.Combine(Published, "heads.ndjson"), None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Round_NodeThatWasPutBack_IsContradictedAtOnceAndByItsOwnFiles()
    {
        await using var world = await LogWorld.StartAsync(20);
        var store = Store(world);
        var log = world.Journal.Log;
        await world.CloseAsync();
        string[] folders = [world.Folder.Path, world.Options.Directory, world.Options.KeyDirectory];
        for (var i = 0; i < folders.Length; i++)
        {
            Copy(folders[i], Path.Combine(_folder.FullName, $"earlier-{i}"));
        }

        await world.OpenAsync();
        await world.AppendAsync(30);
        using var fleet = Open();
        await RoundAsync(fleet, world, store);
        Assert.Empty(_found);
        var most = fleet.Members.Single().Size;

        // A snapshot of the machine: journal, log and keys. It goes on as if nothing had been.
        await world.CloseAsync();
        for (var i = 0; i < folders.Length; i++)
        {
            Directory.Delete(folders[i], recursive: true);
            Copy(Path.Combine(_folder.FullName, $"earlier-{i}"), folders[i]);
        }

        world.Rows.Clear();
        await world.OpenAsync();
        await world.AppendAsync(3);
        Assert.Equal(log, world.Journal.Log);
        await RoundAsync(fleet, world, store);

        Assert.Equal([FindingCode.LogRewritten, FindingCode.LogTruncated], _found.Select(static finding => finding.Code).Order());
        Assert.All(_found, finding => Assert.Equal(log, finding.Log));
        Assert.True(fleet.Members.Single().IsContradicted);
        Assert.Equal(most, fleet.Members.Single().Size);
        await RoundAsync(fleet, world, store);
        Assert.Equal(2, _found.Count);

        // Elsewhere, from copies: the fleet log holds, the node's log does not hold against it.
        var (code, words) = await PhigwAsync("--fleet", Published, "--vkey", fleet.Key.ToString(), "--log", world.Options.Directory);
        Assert.Equal(1, code);
        Assert.True(
            words.Contains(FindingCode.LogTruncated, StringComparison.Ordinal)
                || words.Contains(FindingCode.KeysForged, StringComparison.Ordinal),
            words
        );
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Round_NodeThatWasPutBackWithItsClock_IsContradictedByTheNumbersOfItsKeys(int days)
    {
        await using var world = await LogWorld.StartAsync(20);
        var store = Store(world);
        await world.CloseAsync();
        string[] folders = [world.Folder.Path, world.Options.Directory, world.Options.KeyDirectory];
        for (var i = 0; i < folders.Length; i++)
        {
            Copy(folders[i], Path.Combine(_folder.FullName, $"earlier-{i}"));
        }

        await world.OpenAsync();
        await world.AppendAsync(30);
        using var fleet = Open();
        var feed = new FleetFeed(fleet, store, world.Heads, TimeSpan.FromMinutes(1), TimeProvider.System);
        await feed.RoundAsync(None);
        await feed.RoundAsync(None);
        Assert.Empty(_found);
        await world.CloseAsync();
        for (var i = 0; i < folders.Length; i++)
        {
            Directory.Delete(folders[i], recursive: true);
            Copy(Path.Combine(_folder.FullName, $"earlier-{i}"), folders[i]);
        }

        // Its clock is put back too, so that what it says then looks old; or it goes on beyond what it had, before anybody looks.
        var known = world.Heads.Heads.ToList();
        world.Rows.Clear();
        await world.OpenAsync();
        await world.AppendAsync(days < 0 ? 3 : 60);
        for (var i = 0; i < world.Heads.Heads.Count; i++)
        {
            var head = world.Heads.Heads[i];
            world.Heads.Heads[i] = known.Contains(head) ? head : head with { Time = head.Time.AddDays(Math.Min(days, 0)) };
        }

        await feed.RoundAsync(None);
        Assert.Equal(FindingCode.LogRewritten, Assert.Single(_found).Code);
        Assert.Contains("two statements of keys", _found[0].Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_CheckpointOfAKeyThatWasReplacedAtASmallerSize_ContradictsTheLog()
    {
        using var own = new NoteSigner("gw-07/log", SHA256.HashData("own"u8));
        using var first = new NoteSigner("gw-07/log/evolving", SHA256.HashData("first"u8));
        using var second = new NoteSigner("gw-07/log/evolving", SHA256.HashData("second"u8));
        using var fleet = Open();
        fleet.Add([Statement(0, 0, first, first)]);
        fleet.Add([Signed(10, first), Signed(20, first)]);
        fleet.Add([Statement(1, 20, second, first), Signed(20, second), Signed(30, second)]);
        Assert.Empty(_found);

        // A machine that was put back while it ran has the first key still, and changes it earlier than it had.
        fleet.Add([Signed(25, first)]);
        Assert.Equal(FindingCode.LogTruncated, Assert.Single(_found).Code);

        LogHead Statement(int number, long size, NoteSigner next, NoteSigner by)
        {
            var said = new KeyStatement
            {
                Number = number,
                Origin = own.Public.Name,
                Size = size,
                Root = new(SHA256.HashData([(byte)size])),
                Evolving = next.Public,
                LogKeys = [own.Public],
            };
            var note = SignedNote.Sign(said.ToText(), [own, by]);
            return new LogHead("gw-07/log", size, LogHeadKind.Keys, note.Whole, DateTimeOffset.UnixEpoch.AddHours(size));
        }

        LogHead Signed(long size, NoteSigner by)
        {
            var text = new Checkpoint(own.Public.Name, size, new(SHA256.HashData([(byte)size]))).ToText();
            var note = SignedNote.Sign(text, [own, by]);
            return new LogHead("gw-07/log", size, LogHeadKind.Checkpoint, note.Whole, DateTimeOffset.UnixEpoch.AddHours(size));
        }
    }

    [Fact]
    public async Task Fleet_OfLogsThatHold_IsVerifiedWithoutNodeOrNetwork_AndNamesTheLogThatIsGone()
    {
        await using var one = await LogWorld.StartAsync(20);
        await using var two = await LogWorld.StartAsync(5);
        using (var fleet = Open())
        {
            await RoundAsync(fleet, one, Store(one, two));
            await RoundAsync(fleet, two, Store(one, two));
        }

        var (code, words) = await PhigwAsync("--fleet", Published, "--log", one.Options.Directory, "--log", two.Options.Directory);
        Assert.True(code == 0, words);
        Assert.DoesNotContain("was not held", words, StringComparison.Ordinal);
        (code, words) = await PhigwAsync("--fleet", Published, "--log", one.Options.Directory);
        Assert.True(code == 0, words);
        Assert.Contains(two.Journal.Log, words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edited", "not the one that it took")]
    [InlineData("cut", "it signed")]
    [InlineData("garbage", "cannot be read")]
    [InlineData("resigned", "not signed by its key")]
    [InlineData("no checkpoint", "no checkpoint")]
    public async Task Read_CopyThatWasChanged_IsRefusedByTheNameOfTheFault(string what, string words)
    {
        await using var world = await LogWorld.StartAsync(20);
        NoteKey key;
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
            key = fleet.Key;
        }

        Assert.NotEmpty(FleetVerifier.Read(Published, key));
        var heads = Path.Combine(Published, "heads.ndjson");
        var lines = await File.ReadAllLinesAsync(heads, None);
        switch (what)
        {
            case "edited":
                await File.WriteAllLinesAsync(heads, [lines[0].Replace("gw-01", "gw-02", StringComparison.Ordinal), .. lines[1..]], None);
                break;
            case "cut":
                await File.WriteAllLinesAsync(heads, lines[..^1], None);
                break;
            case "garbage":
                await File.WriteAllLinesAsync(heads, ["{}", .. lines[1..]], None);
                break;
            case "resigned":
                using (var other = new NoteSigner(key.Name, new byte[32]))
                {
                    var text = SignedNote.Parse(await File.ReadAllTextAsync(Path.Combine(Published, "checkpoint"), None))!.Text;
                    await File.WriteAllTextAsync(Path.Combine(Published, "checkpoint"), SignedNote.Sign(text, [other]).Whole, None);
                }

                break;
            default:
                File.Delete(Path.Combine(Published, "checkpoint"));
                break;
        }

        var fault = Assert.Throws<InvalidDataException>(() => FleetVerifier.Read(Published, key));
        Assert.Contains(words, fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await PhigwAsync("--fleet", Published, "--vkey", key.ToString())).Code);
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("cut")]
    public async Task Open_WhatWasSignedAndIsNoLongerThere_IsRefused(string what)
    {
        await using var world = await LogWorld.StartAsync(20);
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
        }

        var heads = Path.Combine(Published, "heads.ndjson");
        var lines = await File.ReadAllLinesAsync(heads, None);
        await File.WriteAllLinesAsync(
            heads,
            what == "cut" ? lines[..^1] : [lines[0].Replace("gw-01", "gw-02", StringComparison.Ordinal), .. lines[1..]],
            None
        );
        Assert.Throws<InvalidDataException>(Open);
    }

    [Fact]
    public async Task Open_AfterALineThatWasCutByACrash_GoesOnBehindTheLastWholeOne()
    {
        await using var world = await LogWorld.StartAsync(20);
        long size;
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
            size = fleet.Size;
        }

        await File.AppendAllTextAsync(Path.Combine(Published, "heads.ndjson"), "{\"log\":\"gw-", None);
        await world.AppendAsync(1);
        using var again = Open();
        Assert.Equal(size, again.Size);
        await RoundAsync(again, world, Store(world));
        Assert.True(again.Size > size);
        Assert.Equal(again.Size, FleetVerifier.Read(Published, again.Key).Count);
    }

    [Fact]
    public async Task Add_HeadsThatTheLogNeverSigned_AreNotTaken()
    {
        await using var world = await LogWorld.StartAsync(20);
        using var fleet = Open();
        await RoundAsync(fleet, world, Store(world));
        var size = fleet.Size;
        using var stranger = new NoteSigner(world.Log.Files.ReadCheckpoint()!.Value.Checkpoint.Origin, new byte[32]);
        var forged = new Checkpoint(stranger.Public.Name, 5, new(SHA256.HashData("x"u8))).ToText();
        LogHead[] heads =
        [
            new(world.Journal.Log, 5, LogHeadKind.Checkpoint, SignedNote.Sign(forged, [stranger]).Whole, DateTimeOffset.UtcNow),
            new("gw-09/made-up", 5, LogHeadKind.Checkpoint, SignedNote.Sign(forged, [stranger]).Whole, DateTimeOffset.UtcNow),
            new(world.Journal.Log, 5, LogHeadKind.Checkpoint, "no note", DateTimeOffset.UtcNow),
            world.Heads.Heads.First(static head => head.Kind == LogHeadKind.Keys) with
            {
                Log = "gw-09/made-up",
            },
        ];

        Assert.Equal(0, fleet.Add(heads));
        Assert.Equal((size, 1), (fleet.Size, fleet.Members.Count));
        Assert.Empty(_found);
    }

    private FleetLog Open()
    {
        var fleet = FleetLog.Open(Published, new NoteSigner("gw-01/fleet", SHA256.HashData("fleet"u8)));
        fleet.Contradicted += _found.Add;
        return fleet;
    }

    private static FakeAuditStore Store(params LogWorld[] worlds)
    {
        var store = new FakeAuditStore();
        store.Entries.AddRange(worlds.SelectMany(static world => world.Rows.Values));
        return store;
    }

    private static Task RoundAsync(FleetLog fleet, LogWorld world, FakeAuditStore store) =>
        new FleetFeed(fleet, store, world.Heads, TimeSpan.FromMinutes(1), TimeProvider.System).RoundAsync(None);

    private static async Task<(int Code, string Words)> PhigwAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PhigwCommand.RunAsync(["audit", "fleet", .. arguments], output, error);
        return (code, $"{output}{error}");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
