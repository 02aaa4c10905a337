using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed partial class FleetLogTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Add_OnADiskThatTakesAPart_CutsItOffAndGoesOn(int cutsThatFail)
    {
        await using var world = await LogWorld.StartAsync(20);
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
            var size = fleet.Size;
            var heads = Path.Combine(Published, "heads.ndjson");
            var before = await File.ReadAllBytesAsync(heads, None);
            await world.AppendAsync(10);

            var disk = new FullDisk { CutsThatFail = cutsThatFail };
            fleet.OpenHeads = disk.Open;
            for (var round = 0; round <= cutsThatFail; round++)
            {
                await RoundAsync(fleet, world, Store(world));
                Assert.Equal(size, fleet.Size);
            }

            Assert.Equal(1 + cutsThatFail, disk.Opened);
            Assert.Equal(before, await File.ReadAllBytesAsync(heads, None));
            disk.IsFull = false;
            await RoundAsync(fleet, world, Store(world));
            Assert.True(fleet.Size > size);
            Assert.Equal(world.Log.Status.Size, fleet.Members.Single().Size);
            Assert.Equal(fleet.Size, FleetVerifier.Read(Published, fleet.Key).Count);
        }

        using var again = Open();
        Assert.Equal(again.Size, FleetVerifier.Read(Published, again.Key).Count);
        Assert.Empty(_found);
    }

    [Fact]
    public async Task Open_HeadsBelowAFullTileThatWereEdited_AreRefused()
    {
        await using var world = await LogWorld.StartAsync(20);
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
            var newest = world.Heads.Heads.Last(static head => head.Kind == LogHeadKind.Checkpoint);
            Assert.Equal(300, fleet.Add([.. Enumerable.Range(1, 300).Select(i => newest with { Note = Cosigned(newest.Note, i) })]));
        }

        using (var whole = Open())
        {
            Assert.True(whole.Size > 300);
        }

        // Other times, for which no note speaks: only the entry in the tile does.
        var heads = Path.Combine(Published, "heads.ndjson");
        var lines = await File.ReadAllLinesAsync(heads, None);
        var edited = FleetHead.Read(lines[7])!;
        lines[7] = FleetHead.LineOf(edited with { Time = edited.Time.AddDays(1) });
        await File.WriteAllLinesAsync(heads, lines, None);
        Assert.Contains("Line 8", Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_CheckpointOfAnotherKey_IsRefused()
    {
        await using var world = await LogWorld.StartAsync(20);
        using (var fleet = Open())
        {
            await RoundAsync(fleet, world, Store(world));
        }

        using var other = new NoteSigner("gw-01/fleet", new byte[32]);
        Assert.Throws<InvalidDataException>(() => FleetLog.Open(Published, other));
        Open().Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OpenParts_OfAFleetLogThatIsDamaged_IsAFindingAndNoReasonNotToStart(bool isDamaged)
    {
        await using var world = await LogWorld.StartAsync(1);
        Directory.CreateDirectory(Published);
        var keys = Directory.CreateDirectory(Path.Combine(_folder.FullName, "keys")).FullName;
        if (isDamaged)
        {
            await File.WriteAllTextAsync(Path.Combine(Published, "heads.ndjson"), "half a line\n", None);
        }

        var options = new GatewayOptions { Node = "gw-01" };
        options.Audit.Fleet.Keep = true;
        options.Audit.Fleet.Directory = Published;
        using var parts = FleetParts.Open(options, keys, (new FakeAuditStore(), world.Heads), _found.Add, TimeProvider.System);

        Assert.Equal(isDamaged, parts!.Fault is not null);
        Assert.Equal(isDamaged, parts.Log is null);
        Assert.Equal(isDamaged ? [FindingCode.FleetDamaged] : [], _found.Select(static finding => finding.Code));
    }

    // Another note with the same checkpoint: a signature of somebody unknown more.
    private static string Cosigned(string note, int number)
    {
        using var somebody = new NoteSigner($"w{number}", new byte[32]);
        var parsed = SignedNote.Parse(note)!;
        return note + SignedNote.Sign(parsed.Text, [somebody]).Whole[(parsed.Text.Length + 1)..];
    }

    /// <summary>Takes half of what is written, and then nothing; cutting back may fail as well.</summary>
    private sealed class FullDisk
    {
        public bool IsFull { get; set; } = true;

        public int CutsThatFail { get; set; }

        public int Opened { get; private set; }

        public FileStream Open(string path)
        {
            Opened++;
            return new HeadsFile(path, this);
        }

        private sealed class HeadsFile(string path, FullDisk disk)
            : FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0)
        {
            public override void Write(ReadOnlySpan<byte> buffer)
            {
                if (disk.IsFull)
                {
                    base.Write(buffer[..(buffer.Length / 2)]);
                    throw new IOException("No space left on device.");
                }

                base.Write(buffer);
            }

            public override void SetLength(long value)
            {
                if (disk.CutsThatFail-- > 0)
                {
                    throw new IOException("Input/output error.");
                }

                base.SetLength(value);
            }
        }
    }
}
