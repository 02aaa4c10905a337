using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Entries;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Tiles;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed class EvidenceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-evidence-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(600)]
    [Trait("Size", "Large")]
    public async Task Bundle_ItsOwnScript_VerifiesIt(int sequence)
    {
        await using var world = await LogWorld.StartAsync(600);
        var key = Unpack(world, 0, sequence);

        Assert.Equal((0, 3), Run(key));
    }

    [Theory]
    [InlineData("records/300/body.json", 40)]
    [InlineData("records/300/salt.bin", 5)]
    [InlineData("records/300/entry.bin", 50)]
    [InlineData("records/300/tlog-proof", 40)]
    [InlineData("checkpoint", 40)]
    public async Task Bundle_OneByteOfItChanged_IsRefused(string file, int at)
    {
        await using var world = await LogWorld.StartAsync(600);
        var key = Unpack(world, 300);
        var path = Path.Combine(_folder.FullName, file);
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);

        Assert.Equal(1, Run(key).Code);
    }

    [Fact]
    public async Task Bundle_AnotherLogsKey_IsRefused()
    {
        await using var world = await LogWorld.StartAsync(10);
        Unpack(world, 5);
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);

        Assert.Equal(1, Run(other.Public.ToString()).Code);
    }

    [Fact]
    public async Task Prover_ProofFile_IsReadAndHolds()
    {
        await using var world = await LogWorld.StartAsync(600);
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var (index, path, checkpoint) = ProofFile.Read(prover.ProveInclusion(77)!)!.Value;
        var signed = Checkpoint.Parse(SignedNote.Parse(checkpoint)!.Text)!;
        var entry = world.Log.Files.ReadEntry(77, signed.Size)!.Value;

        Assert.True(TreeMath.Includes(index, signed.Size, entry.Leaf(), path, signed.Root));
        Assert.Null(prover.ProveInclusion(601));
        Assert.Null(prover.ProveInclusion(-1));
        Assert.Null(prover.ProveConsistency(602));
        var proof = prover.ProveConsistency(300)!;
        Assert.True(TreeHash.TryParse(proof.Root, out var old));
        Assert.True(TreeMath.Extends(300, old, signed.Size, signed.Root, [.. proof.Path.Select(Hash)]));
    }

    [Fact]
    public async Task Bundle_RecordThatIsNotTheOneOfTheLog_IsNotMade()
    {
        await using var world = await LogWorld.StartAsync(10);
        var prover = new LogProver(world.Log.Files, world.Log.Entries);

        Assert.Throws<InvalidDataException>(() => prover.MakeBundle([world.Rows[5] with { Body = world.Rows[6].Body }]));
        Assert.Null(prover.MakeBundle([world.Rows[5] with { Sequence = 11 }]));
    }

    [Theory]
    [InlineData("0-4,7", 2)]
    [InlineData("0-4,6", 1)]
    public async Task Evidence_OfAWholeAnswer_HoldsTheDeliveryThatNamesIt(string delivered, int records)
    {
        await using var world = await LogWorld.StartAsync(8);
        var place = world.Rows.Last(static row => row.Value.Kind == AuditKind.Disclosure).Key;
        Assert.Equal(8, world.Rows.Count(static row => row.Value.Kind == AuditKind.Disclosure));
        await world.Journal.AppendAsync(
            new AuditRecord
            {
                Id = Guid.NewGuid(),
                Kind = AuditKind.Delivery,
                Event = "delivery",
                Time = TestRecords.Noon,
                Delivery = "handed-over",
                Sequences = delivered.Replace("7", place.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal),
            }
        );
        await world.AppendAsync(0);
        var (store, journal) = (new FakeAuditStore(), new FakeJournal());
        await store.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        var proofs = new TrailProofs(
            store,
            journal,
            new AdminJournal(journal, TimeProvider.System, NullLogger<AdminJournal>.Instance),
            new LogProver(world.Log.Files, world.Log.Entries)
        );
        var call = new AdminCall(new AdminCaller("wei", "key:wei", ["auditor"]), Guid.NewGuid(), CancellationToken.None);

        var made = await proofs.EvidenceAsync(call, world.Rows[place].Id.ToString("D"));

        Assert.False(made.Failed(out _, out var report));
        Assert.Equal(records, report!.Files.Count(static file => file.Name.EndsWith("body.json", StringComparison.Ordinal)));
    }

    private static TreeHash Hash(string text) => TreeHash.TryParse(text, out var hash) ? hash : throw new FormatException();

    private string Unpack(LogWorld world, params int[] sequences)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        foreach (var file in prover.MakeBundle([.. sequences.Select(sequence => world.Rows[sequence])])!)
        {
            var path = Path.Combine(_folder.FullName, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
        }

        return File.ReadAllText(Path.Combine(_folder.FullName, "vkey")).Trim();
    }

    // The code it ends with, and the lines that it says.
    private (int Code, int Lines) Run(string key)
    {
        using var process = Process.Start(
            new ProcessStartInfo("sh", [Path.Combine(_folder.FullName, "verify.sh"), key])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }
}
