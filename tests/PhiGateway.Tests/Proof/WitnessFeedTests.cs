using System.Net;
using PhiGateway.Proof.Building;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>A log has its checkpoints cosigned; a log that was put back learns it from its witness, and not from one that lies.</summary>
public sealed class WitnessFeedTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-feed-");
    private readonly List<ProofFinding> _found = [];
    private readonly Cosigner _cosigner = new("gw-02/witness", [.. Enumerable.Repeat((byte)9, 32)]);

    public void Dispose()
    {
        _cosigner.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Round_WitnessThatAnswers_PolicyIsMetAndProofsStandOnWhatItCosigned()
    {
        await using var world = await LogWorld.StartAsync(20);
        using var http = Open(world);
        var feed = Feed(world.Log.Files, world, http);
        await feed.RoundAsync(CancellationToken.None);
        await world.AppendAsync(300);
        await feed.RoundAsync(CancellationToken.None);

        Assert.Equal((321, null), (feed.WitnessedSize, Assert.Single(feed.Status).Problem));
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var policy = WitnessPolicy.Parse($"log {prover.Keys[0]}\nwitness w {_cosigner.Public}\nquorum w\n", out _)!;
        Assert.True(policy.IsMet(SignedNote.Parse(ProofFile.Read(prover.ProveInclusion(300)!)!.Value.Checkpoint)!));
        await world.AppendAsync(1);
        Assert.False(policy.IsMet(SignedNote.Parse(ProofFile.Read(prover.ProveInclusion(321)!)!.Value.Checkpoint)!));
        await world.CloseAsync();
        Assert.Empty(Verify(world, policy));
        Assert.Equal(
            FindingCode.CheckpointUnwitnessed,
            Assert.Single(Verify(world, WitnessPolicy.Parse($"witness v {Other()}\nquorum v\n", out _)!)).Code
        );
        Assert.Empty(_found);
    }

    [Fact]
    [Trait("Size", "Large")]
    public async Task Bundle_UnderACosignedCheckpoint_IsVerifiedWithTheKeyOfTheWitnessByAShell()
    {
        await using var world = await LogWorld.StartAsync(20);
        using var http = Open(world);
        await Feed(world.Log.Files, world, http).RoundAsync(CancellationToken.None);
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        foreach (var file in prover.MakeBundle([world.Rows[3]])!)
        {
            var path = Path.Combine(_folder.FullName, "bundle", file.Name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, file.Content);
        }

        Assert.Equal(0, Shell(prover.Keys[0]));
        Assert.Equal(0, Shell(prover.Keys[0], _cosigner.Public.ToString()));
        Assert.Equal(1, Shell(prover.Keys[0], Other()));
        Assert.Equal(1, Shell(prover.Keys[0], _cosigner.Public.ToString(), Other()));
        var checkpoint = Path.Combine(_folder.FullName, "bundle", "checkpoint");
        var note = SignedNote.Parse(File.ReadAllText(checkpoint))!;
        var forged = _cosigner.SignatureLine(note.Text + "x", DateTimeOffset.UnixEpoch);
        File.WriteAllLines(checkpoint, [.. File.ReadAllLines(checkpoint)[..^1], forged.TrimEnd('\n')]);
        Assert.Equal(1, Shell(prover.Keys[0], _cosigner.Public.ToString()));
    }

    [Fact]
    public async Task Round_LogThatWasPutBack_LearnsItFromWhatItSignedItself()
    {
        await using var world = await LogWorld.StartAsync(20);
        Copy(world.Log.Files.Folder, "earlier");
        using var http = Open(world);
        await world.AppendAsync(20);
        await Feed(world.Log.Files, world, http).RoundAsync(CancellationToken.None);
        var earlier = new LogFiles(Path.Combine(_folder.FullName, "earlier"));

        var feed = Feed(earlier, world, http);
        await feed.RoundAsync(CancellationToken.None);
        await feed.RoundAsync(CancellationToken.None);

        Assert.Equal([FindingCode.LogTruncated, FindingCode.LogTruncated], _found.Select(static one => one.Code));
        Assert.Single(Directory.GetFiles(earlier.Folder, "contradiction-w"));
        Assert.Equal(0, feed.WitnessedSize);
    }

    [Theory]
    [InlineData(HttpStatusCode.Conflict, "900\n", WitnessAnswer.SizeType)]
    [InlineData(HttpStatusCode.Conflict, "nonsense", "text/plain")]
    [InlineData(HttpStatusCode.UnprocessableEntity, "no", "text/plain")]
    [InlineData(HttpStatusCode.OK, "nonsense", "text/plain")]
    [InlineData(HttpStatusCode.InternalServerError, "", "text/plain")]
    public async Task Round_WitnessThatShowsNothing_IsNotBelieved(HttpStatusCode status, string body, string type)
    {
        await using var world = await LogWorld.StartAsync(5);
        using var http = new HttpClient(
            new Answers(request =>
                request.Method == HttpMethod.Post ? Answer(status, body, type) : Answer(HttpStatusCode.OK, "nothing\n", "text/plain")
            )
        );
        var feed = Feed(world.Log.Files, world, http);

        await feed.RoundAsync(CancellationToken.None);

        Assert.Empty(_found);
        Assert.NotNull(Assert.Single(feed.Status).Problem);
        Assert.Equal(0, feed.WitnessedSize);
    }

    private int Shell(params string[] keys)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("sh", [Path.Combine(_folder.FullName, "bundle", "verify.sh"), .. keys])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static string Other()
    {
        using var other = new Cosigner("other", new byte[32]);
        return other.Public.ToString();
    }

    private static IReadOnlyList<ProofFinding> Verify(LogWorld world, WitnessPolicy policy)
    {
        var verifier = new OfflineVerifier(world.Log.Files.Folder, null, null);
        verifier.VerifyWitnesses(policy);
        return verifier.Findings.Items;
    }

    private WitnessFeed Feed(LogFiles files, LogWorld world, HttpClient http)
    {
        var feed = new WitnessFeed(
            files,
            world.Journal.Log,
            [new WitnessPeer("w", new Uri("http://witness.example/witness/"), _cosigner.Public)],
            1,
            new WitnessClient(http),
            TimeSpan.FromSeconds(1),
            TimeProvider.System
        );
        feed.Contradicted += _found.Add;
        return feed;
    }

    // The witness, behind HTTP without a socket.
    private HttpClient Open(LogWorld world)
    {
        var keys = new LogProver(world.Log.Files, world.Log.Entries).Keys.Select(static key => NoteKey.Parse(key)!).ToList();
        var witness = new Witness(Path.Combine(_folder.FullName, "seen"), _cosigner, () => keys, TimeProvider.System);
        witness.Contradicted += _found.Add;
        return new HttpClient(
            new Answers(request =>
            {
                if (request.Method == HttpMethod.Post)
                {
                    var answer = witness.Add(request.Content!.ReadAsStringAsync().GetAwaiter().GetResult());
                    return Answer((HttpStatusCode)answer.Status, answer.Body, answer.ContentType);
                }

                return witness.Newest(request.RequestUri!.Segments[^2].TrimEnd('/')) is { } note
                    ? Answer(HttpStatusCode.OK, note, "text/plain")
                    : Answer(HttpStatusCode.NotFound, string.Empty, "text/plain");
            })
        );
    }

    private void Copy(string from, string name)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder.FullName, name, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string body, string type)
    {
        var answer = new HttpResponseMessage(status) { Content = new StringContent(body) };
        answer.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        return answer;
    }

    private sealed class Answers(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }
}
