using System.Net;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Verification;
using PhiGateway.Proof.Witnessing;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Proof;

public sealed partial class FleetLogTests
{
    [Fact]
    public async Task Cosigned_FleetLogThatWasPutBack_IsRefusedByWhoAsksForTheWitness_AndLearnsItByItself()
    {
        await using var world = await LogWorld.StartAsync(20);
        using var cosigner = new Cosigner("gw-02/witness", [.. Enumerable.Repeat((byte)9, 32)]);
        using var stranger = new Cosigner("other", new byte[32]);
        var earlier = Path.Combine(_folder.FullName, "earlier");
        string key;
        using (var fleet = Open())
        {
            key = fleet.Key.ToString();
            await RoundAsync(fleet, world, Store(world));
            Copy(Published, earlier);
            await world.AppendAsync(10);
            await RoundAsync(fleet, world, Store(world));
            using var http = Witnessed(fleet, cosigner);
            var feed = Feed(fleet, cosigner, http);
            await feed.RoundAsync(None);
            Assert.Equal((fleet.Size, null), (feed.WitnessedSize, Assert.Single(feed.Status).Problem));
        }

        // It is verified with the witness, by the command too, and not with one that never saw it.
        var policy = await PolicyAsync("policy", cosigner.Public.ToString());
        Assert.Equal(0, (await PhigwAsync("--fleet", Published, "--vkey", key, "--policy", policy)).Code);
        var other = await PolicyAsync("other-policy", stranger.Public.ToString());
        Assert.Equal(1, (await PhigwAsync("--fleet", Published, "--vkey", key, "--policy", other)).Code);
        Assert.Equal(0, (await PhigwAsync("--fleet", Published, "--vkey", key)).Code);
        Assert.Equal(2, (await PhigwAsync("--fleet", Published, "--policy", Path.Combine(_folder.FullName, "none"))).Code);

        // The whole folder of an earlier day holds by itself, and not beside what the witness cosigned.
        var witnessed = Path.Combine(Published, "witnessed");
        File.Copy(witnessed, Path.Combine(earlier, "witnessed"));
        var (code, words) = await PhigwAsync("--fleet", earlier, "--vkey", key);
        Assert.True(code == 1 && words.Contains("it was put back", StringComparison.Ordinal), words);
        File.Delete(Path.Combine(earlier, "witnessed"));
        Assert.Equal(0, (await PhigwAsync("--fleet", earlier, "--vkey", key)).Code);
        Assert.Equal(1, (await PhigwAsync("--fleet", earlier, "--vkey", key, "--policy", policy)).Code);

        // The node that keeps it learns that from what its own key signed.
        Directory.Delete(Published, recursive: true);
        Copy(earlier, Published);
        using var again = Open();
        using var client = Witnessed(again, cosigner);
        await Feed(again, cosigner, client).RoundAsync(None);
        Assert.Equal(FindingCode.LogTruncated, Assert.Single(_found).Code);
    }

    private async Task<string> PolicyAsync(string name, string key)
    {
        var path = Path.Combine(_folder.FullName, name);
        await File.WriteAllTextAsync(path, $"witness w {key}\nquorum w\n", None);
        return path;
    }

    // A witness that remembers, behind HTTP without a socket.
    private HttpClient Witnessed(FleetLog fleet, Cosigner cosigner) =>
        new(new WitnessOverHttp(new Witness(Path.Combine(_folder.FullName, "seen"), cosigner, () => [fleet.Key], TimeProvider.System)));

    private WitnessFeed Feed(FleetLog fleet, Cosigner cosigner, HttpClient http)
    {
        var feed = new WitnessFeed(
            fleet.Files,
            fleet.Key.Name,
            [new WitnessPeer("w", new Uri("http://witness.example/witness/"), cosigner.Public)],
            1,
            new WitnessClient(http),
            TimeSpan.FromSeconds(1),
            TimeProvider.System,
            fleet.Key
        );
        feed.Contradicted += _found.Add;
        return feed;
    }

    private sealed class WitnessOverHttp(Witness witness) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method == HttpMethod.Post)
            {
                return Answer(witness.Add(await request.Content!.ReadAsStringAsync(cancellationToken)));
            }

            var newest = witness.Newest(request.RequestUri!.Segments[^2].TrimEnd('/'));
            return Answer(newest is null ? new WitnessAnswer(404, string.Empty) : new WitnessAnswer(200, newest));
        }

        private static HttpResponseMessage Answer(WitnessAnswer answer)
        {
            var content = new StringContent(answer.Body);
            content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(answer.ContentType);
            return new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = content };
        }
    }
}
