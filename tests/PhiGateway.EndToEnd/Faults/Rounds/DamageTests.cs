using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>
/// Copies of a journal, each damaged in one place by chance: torn behind its last record, or a bit flipped before it. What was acknowledged is
/// there and is what it was, or somebody says that it is not.
/// </summary>
public sealed class DamageTests(ITestOutputHelper output)
{
    private const int Records = 300;

    private static int Rounds =>
        int.TryParse(Environment.GetEnvironmentVariable("PHIGW_FAULT_ROUNDS"), out var rounds) ? Math.Max(rounds, 10) * 10 : 100;

    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("PHIGW_FAULT_SEED"), out var seed) ? seed : Random.Shared.Next();

    [Fact]
    public async Task Journal_TornBehindItsLastRecord_OpensWithAllThatWasAcknowledged()
    {
        var (rounds, seed) = (Rounds, Seed);
        var chance = new Random(seed);
        await using var world = await LogWorld.StartAsync(Records);
        for (var round = 0; round < rounds; round++)
        {
            using var copy = world.Folder.Clone();
            var end = EndOf(copy.LastSegment);

            // A part of a batch that no flush was acknowledged for: any bytes in the blocks behind.
            var torn = new byte[chance.Next(1, 4096)];
            chance.NextBytes(torn);
            Write(copy.LastSegment, end + chance.Next(0, 64), torn);
            await using var journal = await copy.OpenAsync();
            Assert.True(IsWhole(world, journal, copy), $"seed {seed}, round {round}: acknowledged records are gone");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {rounds} torn ends"));
    }

    [Fact]
    public async Task Journal_OneBitFlipped_IsRefusedOrNamedOrMeansNothing()
    {
        var (rounds, seed) = (Rounds, Seed);
        var chance = new Random(seed);
        await using var world = await LogWorld.StartAsync(Records);
        var (refused, named, harmless) = (0, 0, 0);
        for (var round = 0; round < rounds; round++)
        {
            using var copy = world.Folder.Clone();
            var segments = copy.Segments();
            var path = segments[chance.Next(segments.Length)];
            var at = chance.NextInt64(0, EndOf(path));
            var bytes = File.ReadAllBytes(path);
            Write(path, at, [(byte)(bytes[at] ^ (1 << chance.Next(8)))]);
            try
            {
                await using var journal = await copy.OpenAsync();
                if (IsWhole(world, journal, copy))
                {
                    // A byte that no record has.
                    harmless++;
                    continue;
                }

                // The last batch may look as if it had never been whole; the log, which has signed it, says that it is gone.
                Assert.True(
                    FindingsOf(world, copy) > 0,
                    $"seed {seed}, round {round}: a change at {at} of {Path.GetFileName(path)} is seen by nobody"
                );
                named++;
            }
            catch (JournalOpenException)
            {
                refused++;
            }
        }

        output.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"seed {seed}: {rounds} bits flipped; {refused} refused at the start, {named} named by the log, {harmless} of no record"
            )
        );
        Assert.True(refused > 0);
    }

    private static bool IsWhole(LogWorld world, FileJournal journal, JournalFolder copy)
    {
        var ids = world.Rows.ToDictionary(static row => row.Key, static row => row.Value.Id);
        var found = JournalFolder.ReadAll(journal).Where(one => ids.TryGetValue(one.Sequence, out var id) && id == one.Record.Id);
        return found.Count() == ids.Count && FindingsOf(world, copy) == 0;
    }

    private static int FindingsOf(LogWorld world, JournalFolder copy)
    {
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var verifier = new OfflineVerifier(world.Log.Files.Folder, null, secrets);
        verifier.VerifyJournal(copy.Path);
        return verifier.Findings.Items.Count;
    }

    private static long EndOf(string segment)
    {
        using var scanner = new SegmentScanner(segment);
        while (scanner.TryRead(out _, out _, out _))
        {
            // On to the end.
        }

        return scanner.Position;
    }

    private static void Write(string path, long at, byte[] bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.Position = at;
        file.Write(bytes);
    }
}
