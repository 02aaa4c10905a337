using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A Bulk Data export from kick-off to cancel: every handle is one client's, every line is judged, every released patient is on record.
/// </summary>
public sealed class ExportTests(SqliteWorld world) : IClassFixture<SqliteWorld>
{
    private static readonly (string, string) Async = ("Prefer", "respond-async");

    [Fact]
    public async Task Export_AllowedClient_GetsTheCohortAndNothingElse()
    {
        var token = await world.TokenAsync(world.Exporter);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient,Observation");

        var working = await world.GetAsync(job, token);
        Assert.Equal(HttpStatusCode.Accepted, working.Status);
        Assert.Equal("1", working.Headers["Retry-After"]);
        Assert.Equal("working", working.Headers["X-Progress"]);
        Assert.Empty(working.Body);

        var manifest = await world.GetAsync(job, token);
        Assert.Equal(HttpStatusCode.OK, manifest.Status);
        Assert.DoesNotContain(world.Backend.Base, manifest.Body);
        Assert.True((bool?)manifest.Json["requiresAccessToken"]);
        Assert.StartsWith($"{world.Base}/Patient/$export", (string?)manifest.Json["request"]);
        Assert.NotNull(manifest.Json["transactionTime"]);
        var output = manifest.Json["output"]!.AsArray();
        Assert.Equal(["Observation", "Patient"], output.Select(static file => (string?)file!["type"]).Order());
        Assert.All(output, static file => Assert.Null(file!["count"]));

        var patients = await world.GetAsync(FileOf(manifest, "Patient"), token);
        Assert.Equal(HttpStatusCode.OK, patients.Status);
        Assert.Equal(["example", "f001"], Lines(patients).Select(static line => (string?)line["id"]).Order());

        var observations = await world.GetAsync(FileOf(manifest, "Observation"), token);
        Assert.NotEmpty(Lines(observations));
        Assert.All(
            Lines(observations),
            static line => Assert.Contains((string?)line["subject"]!["reference"], (string[])["Patient/example", "Patient/f001"])
        );

        var disclosure = Assert.Single(
            await world.TrailAsync(patients.DecisionId, atLeast: 2),
            record => (string?)record["kind"] == "disclosure"
        );
        Assert.Equal(["example", "f001"], disclosure["patients"]!.AsArray().Select(static one => (string?)one).Order());
        Assert.Equal(2, (int?)disclosure["resourceCount"]);
        Assert.True((int?)disclosure["withheldCount"] > 0);
        Assert.Equal("export-file", (string?)disclosure["interaction"]);
    }

    [Fact]
    public async Task Export_DeletionsAndErrors_AreJudgedUnderHandlesOfOurs()
    {
        var token = await world.TokenAsync(world.Exporter);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient");
        await world.GetAsync(job, token);
        var manifest = await world.GetAsync(job, token);

        var deleted = await world.GetAsync(PathOf(Assert.Single(manifest.Json["deleted"]!.AsArray())), token);
        Assert.Equal(
            ["Patient/example"],
            Lines(deleted).SelectMany(static line => line["entry"]!.AsArray()).Select(static entry => (string?)entry!["request"]!["url"])
        );

        var errors = await world.GetAsync(PathOf(Assert.Single(manifest.Json["error"]!.AsArray())), token);
        // How many there were would count what is withheld from this client.
        Assert.Equal("incomplete", (string?)Assert.Single(Lines(errors))["issue"]![0]!["code"]);
        Assert.DoesNotContain("CANARY", errors.Body);

        // The server's next part is in the same files.
        Assert.Null(manifest.Json["link"]);

        // One file is kept elsewhere and one type is of no release we know: the others come, and it is said.
        Assert.Single(manifest.Json["output"]!.AsArray());
        Assert.NotNull(manifest.Json["extension"]!["incomplete"]);
        var record = Assert.Single(
            await world.TrailAsync(manifest.DecisionId, atLeast: 2),
            static entry => (string?)entry["kind"] == "disclosure"
        );
        Assert.Equal("cannot-follow", (string?)record["note"]);
    }

    [Fact]
    public async Task Export_HandlesOfAnotherClientOrAnotherKind_AreLikeNone()
    {
        var token = await world.TokenAsync(world.Exporter);
        var ward = await world.TokenAsync(world.Ward);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient");
        await world.GetAsync(job, token);
        var file = FileOf(await world.GetAsync(job, token), "Patient");
        await world.Backend.ForgetRecordedAsync();

        foreach (
            var reply in new[]
            {
                await world.GetAsync(job, ward),
                await world.GetAsync(file, ward),
                await world.SendAsync(HttpMethod.Delete, job, ward),
                await world.GetAsync(file.Replace("/_file/", "/_export/", StringComparison.Ordinal), token),
                await world.GetAsync(job.Replace("/_export/", "/?_page=", StringComparison.Ordinal), token),
            }
        )
        {
            Assert.Equal(HttpStatusCode.NotFound, reply.Status);
            Assert.Equal("handle-not-yours", reply.Code);
        }

        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(file, token)).Status);
    }

    // The next token of the same client goes on where the one before was; whoever asks for a part is given the whole, and told so.
    [Fact]
    public async Task Export_TokenRenewedBetweenItsSteps_IsReadToItsEnd_AndFilesWhole()
    {
        var job = await KickOffAsync(await world.TokenAsync(world.Exporter), "/Patient/$export?_type=Patient");
        await world.GetAsync(job, await world.TokenAsync(world.Exporter));
        var file = FileOf(await world.GetAsync(job, await world.TokenAsync(world.Exporter)), "Patient");

        var whole = await world.GetAsync(file, await world.TokenAsync(world.Exporter));
        var part = await world.SendAsync(
            HttpMethod.Get,
            file,
            await world.TokenAsync(world.Exporter),
            null,
            "application/fhir+json",
            ("Range", "bytes=10-")
        );

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (whole.Status, part.Status));
        Assert.Equal(whole.Body, part.Body);
        Assert.Equal("none", part.Headers["Accept-Ranges"]);
        Assert.False(part.Headers.ContainsKey("Content-Range"));
        Assert.Equal("handle-not-yours", (await world.GetAsync(file, await world.TokenAsync(world.Ward))).Code);
    }

    [Fact]
    public async Task Cancel_OwnJob_ReachesTheUpstreamWithIntentAndOutcome()
    {
        var token = await world.TokenAsync(world.Exporter);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient");
        await world.Backend.ForgetRecordedAsync();

        var cancelled = await world.SendAsync(HttpMethod.Delete, job, token);

        Assert.Equal(HttpStatusCode.Accepted, cancelled.Status);
        var call = Assert.Single(await world.Backend.RecordedAsync());
        Assert.Equal("DELETE", call.Method);
        Assert.StartsWith("/fhir/R4/export-status/", call.Url);
        var records = await world.TrailAsync(cancelled.DecisionId, atLeast: 2);
        Assert.Contains(records, record => (string?)record["kind"] == "intent" && (string?)record["interaction"] == "export-cancel");
        Assert.Contains(records, record => (string?)record["kind"] == "outcome");
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync(job, token)).Status);
    }

    [Fact]
    public async Task Export_WithoutTheGrant_IsRefusedBeforeTheUpstream()
    {
        var ward = await world.TokenAsync(world.Ward);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(HttpMethod.Get, "/Patient/$export?_type=Patient", ward, null, "application/fhir+json", Async);

        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [InlineData("html")]
    [InlineData("truncated-json")]
    [InlineData("trailing-json")]
    [InlineData("empty")]
    [InlineData("foreign-resource")]
    public async Task Status_ManifestUnreadable_GivesBadGateway(string fault)
    {
        var token = await world.TokenAsync(world.Exporter);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient");
        await world.GetAsync(job, token);
        await world.Backend.SetFaultAsync(fault, match: "export-status", times: 1);

        Assert.Equal(HttpStatusCode.BadGateway, (await world.GetAsync(job, token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(job, token)).Status);
    }

    [Theory]
    [InlineData("html")]
    [InlineData("wrong-content-type")]
    [InlineData("server-error")]
    [InlineData("redirect")]
    public async Task File_Unreadable_GivesBadGatewayAndNothingOfIt(string fault)
    {
        var token = await world.TokenAsync(world.Exporter);
        var job = await KickOffAsync(token, "/Patient/$export?_type=Patient");
        await world.GetAsync(job, token);
        var file = FileOf(await world.GetAsync(job, token), "Patient");
        await world.Backend.SetFaultAsync(fault, match: "export-files", times: 1);

        var reply = await world.GetAsync(file, token);

        Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
        Assert.DoesNotContain("Chalmers", reply.Body);
        Assert.Equal(HttpStatusCode.OK, (await world.SendAsync(HttpMethod.Head, file, token)).Status);
    }

    private async Task<string> KickOffAsync(string token, string path)
    {
        var reply = await world.SendAsync(HttpMethod.Get, path, token, null, "application/fhir+json", Async);
        Assert.True(reply.Status == HttpStatusCode.Accepted, reply.Body);
        Assert.Empty(reply.Body);
        var job = reply.Headers["Content-Location"];
        Assert.StartsWith($"{world.Base}/_export/", job);
        return job[world.Base.Length..];
    }

    private string FileOf(Reply manifest, string type)
    {
        var url = (string)manifest.Json["output"]!.AsArray().Single(file => (string?)file!["type"] == type)!["url"]!;
        Assert.StartsWith($"{world.Base}/_file/", url);
        return url[world.Base.Length..];
    }

    private string PathOf(JsonNode? place) => ((string)place!["url"]!)[world.Base.Length..];

    private static IReadOnlyList<JsonNode> Lines(Reply file) =>
        [.. file.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];
}
