using System.Text;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>
/// An archive becomes a store that answers what the one before it answered, after it was verified whole; one that is damaged becomes nothing.
/// </summary>
public sealed class ArchiveImportTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-import-");

    private string Archive => Path.Combine(_folder.FullName, "archive");

    private string Into => Path.Combine(_folder.FullName, "read.db");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Import_WholeArchive_AnswersTheSameQuestionsAndTakesNothing(bool isSealed)
    {
        await using var world = await LogWorld.StartAsync(1200);
        var key = Write(world);
        var options = Options(world, isSealed);

        var (code, words) = await ImportAsync(options, key);
        Assert.True(code == 0, words);
        Assert.DoesNotContain("nobody vouched", words, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Into));
        }
        Assert.DoesNotContain(
            Directory.GetFiles(_folder.FullName),
            static file => Path.GetFileName(file).StartsWith("read.db.", StringComparison.Ordinal)
        );

        await using var storage = AuditStorage.Create(ArchiveStorage.OptionsOf(Into), bodies: BodyKeys.Read(options));
        var rows = await storage.Store.ReadFiledAsync(world.Journal.Log, 0, 5000, None);
        Assert.Equal(world.Rows.Values.Select(static row => row.Sequence), rows.Select(static row => row.Sequence));
        Assert.All(rows, row => Assert.True(world.Rows[row.Sequence].Body.Span.SequenceEqual(row.Body.Span)));
        Assert.Empty(world.Verify(rows).Items);

        var one = world.Rows.Values.First(static row => row.PatientKeys.Count > 0);
        var found = await storage.Store.QueryAsync(new AuditQuery { PatientKeys = one.PatientKeys, Limit = 10 }, None);
        Assert.Contains(found.Entries, entry => entry.Id == one.Id);
        Assert.Equal(one.Id, Assert.Single((await storage.Store.QueryAsync(new AuditQuery { Id = one.Id }, None)).Entries).Id);
        Assert.NotEmpty((await storage.Store.QueryAsync(new AuditQuery { Client = one.Client }, None)).Entries);
        Assert.NotEmpty(await storage.Reports.TallyAsync(new AuditQuery { Client = one.Client }, None));
        Assert.Equal(world.Rows.Keys.Max(), await storage.Store.GetWatermarkAsync(world.Journal.Log, None));

        await Assert.ThrowsAnyAsync<Exception>(() => storage.Store.AppendAsync([one with { Sequence = 9_999, Id = Guid.NewGuid() }], None));
        Assert.Equal(rows.Count, (await storage.Store.ReadAsync(world.Journal.Log, 0, 5000, None)).Count);

        // What is there is not written over.
        Assert.Equal(1, (await ImportAsync(options, key)).Code);
    }

    [Fact]
    public async Task Import_WithoutAKeyFromElsewhere_SaysForWhichLogsNobodyVouched()
    {
        await using var world = await LogWorld.StartAsync(20);
        Write(world);
        var (code, words) = await ImportAsync(Options(world, false), null);

        Assert.True(code == 0, words);
        Assert.Contains($"nobody vouched for {world.Journal.Log}", words, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("edited", "is not the one that")]
    [InlineData("cut", "its end is missing")]
    [InlineData("taken out", "missing, or too many")]
    [InlineData("one twice and one gone", "digest")]
    [InlineData("another order", "digest")]
    [InlineData("another link", "digest")]
    [InlineData("another key", "never had one of the keys")]
    [InlineData("no archive", "no archive")]
    public async Task Import_DamagedArchive_IsRefusedByTheNameOfTheFaultAndLeavesNothing(string how, string fault)
    {
        await using var world = await LogWorld.StartAsync(20);
        var key = Write(world);
        var lines = File.ReadAllLines(Archive).ToList();
        var record = lines.FindIndex(static line => line.Contains("\"sequence\":7,", StringComparison.Ordinal));
        switch (how)
        {
            case "edited":
                lines[record] = lines[record].Replace("\"body\":\"ey", "\"body\":\"eX", StringComparison.Ordinal);
                break;
            case "cut":
                lines.RemoveAt(lines.Count - 1);
                break;
            case "taken out":
                lines.RemoveAt(record);
                break;
            case "one twice and one gone":
                lines[record] = lines[record + 1];
                break;
            case "another order":
                (lines[record], lines[record + 1]) = (lines[record + 1], lines[record]);
                break;
            case "another link":
                var at = lines[record].IndexOf("\"chain\":\"", StringComparison.Ordinal) + "\"chain\":\"".Length;
                lines[record] = lines[record].Replace(lines[record].Substring(at, 4), "AAAA", StringComparison.Ordinal);
                break;
            case "another key":
                using (var other = new NoteSigner(world.Log.Origin, new byte[32]))
                {
                    key = other.Public.ToString();
                }

                break;
            default:
                lines[0] = "{}";
                break;
        }

        File.WriteAllLines(Archive, lines);
        var (code, words) = await ImportAsync(Options(world, false), key);
        Assert.Equal(1, code);
        Assert.Contains(fault, words, StringComparison.Ordinal);
        Assert.Equal(["archive"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName));
    }

    private GatewayOptions Options(LogWorld world, bool isSealed)
    {
        File.WriteAllBytes(Path.Combine(world.Folder.Path, "pseudonym.key"), new byte[32]);
        var options = new GatewayOptions { Node = "gw-01" };
        options.Audit.Journal.Directory = world.Folder.Path;
        if (isSealed)
        {
            var file = Path.Combine(_folder.FullName, "body.key");
            File.WriteAllText(file, Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray()));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            options.Audit.Bodies.Key = "body-1";
            options.Audit.Bodies.Keys = new Dictionary<string, string> { ["body-1"] = "file:" + file };
        }

        return options;
    }

    private async Task<(int Code, string Words)> ImportAsync(GatewayOptions options, string? key)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await ImportArchiveCommand.RunAsync(options, Archive, Into, key is null ? [] : [NoteKey.Parse(key)!], output, error);
        return (code, $"{output}{error}");
    }

    private string Write(LogWorld world)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var format = new ArchiveTrail(new ProverSet(prover, world.Options.Directory, secrets));
        var text = new StringBuilder(Encoding.UTF8.GetString(format.Head.Span));
        foreach (var page in world.Rows.Values.Chunk(100))
        {
            text.Append(Encoding.UTF8.GetString(format.Lines(page).Span));
        }

        text.Append(Encoding.UTF8.GetString(format.Tail.Span));
        File.WriteAllText(Archive, text.ToString());
        return prover.Keys[0];
    }
}
