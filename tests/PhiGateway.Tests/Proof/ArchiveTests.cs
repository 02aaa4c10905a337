using System.Text;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Cli;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>An archive is read back without its node, whole and as it was, or refused.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-archive-");

    private string Archive => Path.Combine(_folder.FullName, "archive");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Archive_ReadBack_GivesEachRecordByteForByte()
    {
        await using var world = await LogWorld.StartAsync(300);
        var key = Write(world, world.Rows.Values);

        var read = ArchiveFormat.Read(File.ReadLines(Archive), [NoteKey.Parse(key)!]).ToList();

        Assert.Equal(world.Rows.Count, read.Count);
        Assert.All(read, one => Assert.True(world.Rows[one.Record.Sequence].Body.Span.SequenceEqual(one.Record.Body)));
        Assert.Equal(world.Rows.Count, ArchiveFormat.Read(File.ReadLines(Archive), []).Count());
        var (code, lines) = await PhigwAsync("--vkey", key, "--patient", "p-7");
        Assert.Equal((0, 1), (code, lines.Length));
        Assert.Contains("\"p-7\"", lines[0], StringComparison.Ordinal);
        Assert.Equal(world.Rows.Count, (await PhigwAsync("--vkey", key)).Lines.Length);
        Assert.Single((await PhigwAsync("--id", world.Rows[5].Id.ToString())).Lines);
    }

    [Fact]
    public async Task Archive_RecordsThatCannotBeProven_AreCountedAtItsEnd()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var elsewhere = await LogWorld.StartAsync(3);
        Write(world, [.. world.Rows.Values, world.Rows[2] with { Sequence = 900 }, .. elsewhere.Rows.Values]);

        Assert.Equal(world.Rows.Count, ArchiveFormat.Read(File.ReadLines(Archive), []).Count());
        var end = File.ReadLines(Archive).Last();
        Assert.Contains("\"uncovered\":1", end, StringComparison.Ordinal);
        Assert.Contains($"\"{elsewhere.Journal.Log}\":{elsewhere.Rows.Count}", end, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edited")]
    [InlineData("another salt")]
    [InlineData("taken out")]
    [InlineData("twice")]
    [InlineData("cut")]
    [InlineData("more behind the end")]
    [InlineData("another checkpoint")]
    [InlineData("no keys")]
    [InlineData("another place")]
    [InlineData("nonsense")]
    public async Task Archive_ChangedAfterwards_IsRefused(string how)
    {
        await using var world = await LogWorld.StartAsync(20);
        var key = Write(world, world.Rows.Values);
        var lines = File.ReadAllLines(Archive).ToList();
        var record = lines.FindIndex(static line => line.Contains("\"sequence\":7,", StringComparison.Ordinal));
        switch (how)
        {
            case "edited":
                var body = Convert.ToBase64String(world.Rows[7].Body.Span);
                var edited = Convert.ToBase64String([.. world.Rows[7].Body.Span, (byte)' ']);
                lines[record] = lines[record].Replace(Escaped(body), Escaped(edited), StringComparison.Ordinal);
                break;
            case "another salt":
                var (salt, other) = (world.Log.Entries.BodySalt(7), world.Log.Entries.BodySalt(8));
                lines[record] = lines[record]
                    .Replace(Escaped(Convert.ToBase64String(salt)), Escaped(Convert.ToBase64String(other)), StringComparison.Ordinal);
                break;
            case "taken out":
                lines.RemoveAt(record);
                break;
            case "twice":
                lines.Insert(record, lines[record]);
                break;
            case "cut":
                lines.RemoveAt(lines.Count - 1);
                break;
            case "more behind the end":
                lines.Add(lines[record]);
                break;
            case "another checkpoint":
                lines[1] = lines[1].Replace("\\n21\\n", "\\n20\\n", StringComparison.Ordinal);
                break;
            case "no keys":
                lines[1] = lines[1][..lines[1].IndexOf(",\"keys\"", StringComparison.Ordinal)] + ",\"keys\":[]}";
                break;
            case "another place":
                lines[record] = lines[record].Replace("\"sequence\":7,", "\"sequence\":8,", StringComparison.Ordinal);
                break;
            default:
                lines[record] = "{\"sequence\":7}";
                break;
        }

        Assert.NotEqual(File.ReadAllLines(Archive), lines);
        File.WriteAllLines(Archive, lines);
        Assert.Throws<InvalidDataException>(() => ArchiveFormat.Read(File.ReadLines(Archive), []).Count());
        Assert.Equal(1, (await PhigwAsync("--vkey", key)).Code);
    }

    [Fact]
    public async Task Archive_OfALogWithAnotherKey_IsRefused()
    {
        await using var world = await LogWorld.StartAsync(5);
        Write(world, world.Rows.Values);
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);

        Assert.Throws<InvalidDataException>(() => ArchiveFormat.Read(File.ReadLines(Archive), [other.Public]).Count());
        Assert.Equal(1, (await PhigwAsync("--vkey", other.Public.ToString())).Code);
        Assert.Equal(2, (await PhigwAsync("--vkey", "nonsense")).Code);
    }

    private string Write(LogWorld world, IReadOnlyCollection<AuditEntry> records)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var format = new ArchiveTrail(new ProverSet(prover, world.Options.Directory, secrets));
        var text = new StringBuilder(Encoding.UTF8.GetString(format.Head.Span));
        foreach (var page in records.Chunk(100))
        {
            text.Append(Encoding.UTF8.GetString(format.Lines(page).Span));
        }

        text.Append(Encoding.UTF8.GetString(format.Tail.Span));
        File.WriteAllText(Archive, text.ToString());
        return prover.Keys[0];
    }

    // As the archive's JSON has it.
    private static string Escaped(string base64) => base64.Replace("+", "\\u002B", StringComparison.Ordinal);

    private async Task<(int Code, string[] Lines)> PhigwAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await PhigwCommand.RunAsync(["audit", "read", Archive, .. arguments], output, error);
        return (code, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
