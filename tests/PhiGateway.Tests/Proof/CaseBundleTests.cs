using System.Diagnostics;
using System.Text;
using PhiGateway.Audit.Verification;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A bundle over several accesses, of one log or of several generations, is verified by a shell, and by nothing less than the whole.</summary>
[Trait("Size", "Large")]
public sealed class CaseBundleTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-case-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Bundle_OfTwoGenerations_ItsOwnScriptVerifiesItWithTheKeysOfBoth()
    {
        await using var world = await LogWorld.StartAsync(40);
        await using var earlier = await LogWorld.StartAsync(20);
        await KeepAsync(earlier, world);
        var bundle = new CaseBundle(Provers(world));

        Unpack(bundle.Make([world.Rows[3], world.Rows[39], earlier.Rows[7]]));

        Assert.Equal((3, 0, 0), (bundle.Count, bundle.Uncovered, bundle.Elsewhere.Count));
        var keys = Keys();
        Assert.Equal(2, keys.Length);
        Assert.Equal(0, Run());
        Assert.Equal(0, Run(keys));
        Assert.Equal(1, Run(keys[0]));
        using var other = new NoteSigner(world.Log.Origin, new byte[32]);
        Assert.Equal(1, Run([other.Public.ToString(), other.Public.ToString()]));
    }

    [Fact]
    public async Task Bundle_RecordsThatCannotBeProvenHere_AreCountedInIt()
    {
        await using var world = await LogWorld.StartAsync(10);
        await using var elsewhere = await LogWorld.StartAsync(10);
        var bundle = new CaseBundle(Provers(world));

        var files = bundle.Make([world.Rows[3], world.Rows[4] with { Sequence = 500 }, elsewhere.Rows[1], elsewhere.Rows[2]]);

        Assert.Equal((1, 1), (bundle.Count, bundle.Uncovered));
        Assert.Equal((elsewhere.Journal.Log, 2), (Assert.Single(bundle.Elsewhere).Key, Assert.Single(bundle.Elsewhere).Value));
        Assert.Single(files, static file => file.Name.EndsWith("body.json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("swap")]
    [InlineData("edit")]
    [InlineData("add")]
    public async Task Bundle_ChangedAfterwards_IsRefused(string how)
    {
        await using var world = await LogWorld.StartAsync(40);
        Unpack(new CaseBundle(Provers(world)).Make([world.Rows[3], world.Rows[4]]));
        Assert.Equal(0, Run());
        var records = Path.Combine(_folder.FullName, "logs", "1", "records");
        var (third, fourth) = (Path.Combine(records, "3"), Path.Combine(records, "4"));
        switch (how)
        {
            case "remove":
                Directory.Delete(third, recursive: true);
                break;
            case "swap":
                // Each proof holds; they are not of the records that the index says.
                Directory.Move(third, Path.Combine(records, "x"));
                Directory.Move(fourth, third);
                Directory.Move(Path.Combine(records, "x"), fourth);
                break;
            case "edit":
                File.AppendAllText(Path.Combine(third, "body.json"), " ");
                break;
            default:
                var index = Path.Combine(_folder.FullName, "index.txt");
                File.WriteAllLines(index, File.ReadAllLines(index)[..1]);
                break;
        }

        Assert.Equal(1, Run());
    }

    [Fact]
    public async Task Provers_LogThatTheNodeDoesNotKeep_HaveNone()
    {
        await using var world = await LogWorld.StartAsync(5);
        var provers = Provers(world);

        Assert.Same(provers.Own, provers.Of(world.Journal.Log));
        Assert.Null(provers.Of("gw-02/20260101T000000-00000000"));
        Assert.Null(provers.Of("gw-02/" + LogOrigin.Folder(world.Journal.Log)));
    }

    private static ProverSet Provers(LogWorld world) =>
        new(
            new LogProver(world.Log.Files, world.Log.Entries),
            world.Options.Directory,
            new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym)
        );

    // What a node has of a generation that ended.
    private static async Task KeepAsync(LogWorld earlier, LogWorld world)
    {
        var folder = LogOrigin.Folder(JournalFileReader.LogOf(earlier.Folder.Path)!);
        await earlier.CloseAsync();
        foreach (
            var (from, to) in new[]
            {
                (earlier.Options.Directory, world.Options.Directory),
                (earlier.Options.KeyDirectory, world.Options.KeyDirectory),
            }
        )
        {
            foreach (var file in Directory.GetFiles(Path.Combine(from, folder), "*", SearchOption.AllDirectories))
            {
                var target = Path.Combine(to, Path.GetRelativePath(from, file));
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private void Unpack(IReadOnlyList<EvidenceFile> files)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(_folder.FullName, file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
        }
    }

    private string[] Keys() =>
        [
            .. Directory
                .GetFiles(_folder.FullName, "vkey", SearchOption.AllDirectories)
                .Select(static file => File.ReadAllText(file, Encoding.UTF8).Trim()),
        ];

    private int Run(params string[] keys)
    {
        using var process = Process.Start(
            new ProcessStartInfo("sh", [Path.Combine(_folder.FullName, "verify.sh"), .. keys])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
