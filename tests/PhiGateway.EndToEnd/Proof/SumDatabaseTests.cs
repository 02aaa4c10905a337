using PhiGateway.EndToEnd.Peers;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>What our verifier and the code of Go's checksum database say of the same log: the same, of good logs and of damaged ones.</summary>
public sealed class SumDatabaseTests(SumDatabase go)
{
    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(1000)]
    [InlineData(66_000)]
    public async Task Log_AsTheNodeWroteIt_BothVerify(int records)
    {
        await using var world = await LogWorld.StartAsync(records);
        var key = new LogProver(world.Log.Files, world.Log.Entries).Keys[0];

        var (verified, words) = go.Verify(world.Log.Files.Folder, key);
        Assert.True(verified, words);
        Assert.Equal($"verified {records + 1}", words.Trim());
        await world.CloseAsync();
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Proof_OfTheProver_IsTakenByBoth()
    {
        await using var world = await LogWorld.StartAsync(1000);
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var path = Path.GetTempFileName();
        foreach (var index in new[] { 0, 1, 255, 256, 999, 1000 })
        {
            var proof = ProofFile.Read(prover.ProveInclusion(index)!)!.Value;
            File.WriteAllLines(path, proof.Path.Select(hash => hash.ToString()));
            Assert.True(go.Verify(world.Log.Files.Folder, prover.Keys[0], index.ToString(), path).Verified);
            Assert.False(go.Verify(world.Log.Files.Folder, prover.Keys[0], (1000 - index).ToString(), path).Verified);
        }

        File.Delete(path);
    }

    [Fact]
    public async Task Log_DamagedAnywhere_BothRefuse()
    {
        await using var world = await LogWorld.StartAsync(700);
        var folder = world.Log.Files.Folder;
        var key = new LogProver(world.Log.Files, world.Log.Entries).Keys[0];
        await world.CloseAsync();
        var files = Directory
            .GetFiles(Path.Combine(folder, "tile"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains(".p", StringComparison.Ordinal) || IsOfTheCheckpoint(file))
            .Append(Path.Combine(folder, "checkpoint"))
            .ToList();
        var chance = new Random(20261128);
        foreach (var file in files)
        {
            var good = File.ReadAllBytes(file);
            for (var round = 0; round < 3; round++)
            {
                var bad = good.ToArray();

                // Of the checkpoint, what the log's own key signs: the line of the evolving key is ours alone.
                var end = Path.GetFileName(file) == "checkpoint" ? Array.IndexOf(bad, (byte)0xE2) - 2 : bad.Length;
                bad[chance.Next(end)] ^= (byte)(1 << chance.Next(8));
                File.WriteAllBytes(file, bad);
                Assert.False(go.Verify(folder, key).Verified, $"the other verifier takes a damaged {file}");
                Assert.NotEmpty(world.Verify().Items);
            }

            File.WriteAllBytes(file, good[..^1]);
            Assert.False(go.Verify(folder, key).Verified, $"the other verifier takes a shortened {file}");
            Assert.NotEmpty(world.Verify().Items);
            File.WriteAllBytes(file, good);
        }

        Assert.True(go.Verify(folder, key).Verified);
        Assert.Empty(world.Verify().Items);
    }

    [Fact]
    public async Task Log_SignedByAnotherKey_BothRefuse()
    {
        await using var world = await LogWorld.StartAsync(10);
        var key = new LogProver(world.Log.Files, world.Log.Entries).Keys[0];
        await world.CloseAsync();
        var path = Path.Combine(world.Log.Files.Folder, "checkpoint");
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);
        File.WriteAllText(path, SignedNote.Sign(SignedNote.Parse(File.ReadAllText(path))!.Text, [other]).Whole);

        Assert.False(go.Verify(world.Log.Files.Folder, key).Verified);
        Assert.Equal(FindingCode.CheckpointForged, Assert.Single(world.Verify().Items).Code);
    }

    // Partial tiles of earlier sizes are nobody's business any more.
    private static bool IsOfTheCheckpoint(string file)
    {
        var width = Path.GetFileName(file);
        return Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))! switch
        {
            "1" => width == "2",
            _ => width == (701 % 256).ToString(),
        };
    }
}
