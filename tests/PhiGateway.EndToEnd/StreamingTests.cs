using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Answers too large to be held: judged, recorded and released segment by segment, and cut when access ends.</summary>
public sealed class StreamingTests(StreamingTests.Large world) : IClassFixture<StreamingTests.Large>
{
    private const string Everything = "/Observation?category=laboratory&_count=1000";

    [Fact]
    public async Task Search_LargeAnswer_IsWholeJsonWithNothingForeignAndEverySegmentOnRecord()
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync("ignore-parameters", times: 1);

        var reply = await world.GetAsync(Everything, lab);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.False(reply.Headers.ContainsKey("Content-Length"), "It was held whole.");
        Assert.Equal(Large.Own, reply.Entries.Count(static entry => entry.StartsWith("Observation/large-own-", StringComparison.Ordinal)));
        Assert.DoesNotContain("large-foreign-", reply.Body);
        Assert.All(
            reply.Json["entry"]!.AsArray(),
            static entry =>
                Assert.Contains((string?)entry!["resource"]!["subject"]!["reference"], (string[])["Patient/example", "Patient/f001"])
        );

        var records = await TrailToTheEndAsync(reply.DecisionId);
        var disclosures = records.Where(static record => (string?)record["kind"] == "disclosure").ToList();
        Assert.True(disclosures.Count > 1, "One segment is no stream.");
        Assert.Single(disclosures, record => (string?)record["id"] == reply.DecisionId);
        Assert.All(
            disclosures,
            record => Assert.Contains(reply.DecisionId, (string?[])[(string?)record["id"], (string?)record["parentId"]])
        );
        Assert.Equal(reply.Entries.Count, disclosures.Sum(static record => (int?)record["resourceCount"] ?? 0));
        Assert.Equal(
            ["example", "f001"],
            disclosures
                .SelectMany(static record => record["patients"]?.AsArray() ?? [])
                .Select(static one => (string?)one)
                .Distinct()
                .Order()
        );
        Assert.True(disclosures.Sum(static record => (int?)record["withheldCount"] ?? 0) >= Large.Foreign);
        Assert.Equal("handed-over", (string?)records.Single(static record => (string?)record["kind"] == "delivery")["delivery"]);
    }

    [Fact]
    public async Task Search_LargeAnswerUnreadableFromTheStart_IsRefusedLikeASmallOne()
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync("wrong-content-type", match: "Observation", times: 1);

        var reply = await world.GetAsync(Everything, lab);

        Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
        Assert.Equal("unreadable-answer", reply.Code);
    }

    [Theory]
    [InlineData("truncated-json")]
    [InlineData("trailing-json")]
    [InlineData("cut")]
    public async Task Search_LargeAnswerBreaksOnTheWay_IsCutAndOnRecord(string fault)
    {
        var lab = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync(fault, match: "Observation", times: 1);
        using var response = await OpenAsync(Everything, lab);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        var records = await TrailToTheEndAsync(response.Headers.GetValues("X-Request-Id").Single());
        Assert.Contains(records, static record => (string?)record["reason"] == "unreadable-answer");
        Assert.Equal("partial", (string?)records.Single(static record => (string?)record["kind"] == "delivery")["delivery"]);
    }

    [Fact]
    public async Task File_ClientRevokedWhileItStreams_IsCutAndOnRecord()
    {
        var token = await world.TokenAsync(world.Exporter);
        var started = await world.SendAsync(
            HttpMethod.Get,
            "/Patient/$export?_type=Observation",
            token,
            null,
            "application/fhir+json",
            ("Prefer", "respond-async")
        );
        var job = started.Headers["Content-Location"][world.Base.Length..];
        await world.GetAsync(job, token);
        var file = (string)(await world.GetAsync(job, token)).Json["output"]![0]!["url"]!;

        // Nobody reads on, and no socket takes it all, so that the gateway waits with most of the file still unsent.
        using var narrow = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectNarrowAsync });
        using var response = await OpenAsync(file[world.Base.Length..], token, narrow);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var revoked = await world.Wei.PostAsync($"clients/{world.Exporter.ClientId}:revoke", new { reason = "contract ended" });
        Assert.Equal((1, true), ((int)revoked["meta"]!["answersCut"]!["count"]!, (bool)revoked["meta"]!["answersCut"]!["in_force"]!));

        var records = await TrailToTheEndAsync(response.Headers.GetValues("X-Request-Id").Single());
        Assert.Contains(records, static record => (string?)record["reason"] == "revoked-while-streaming");
        Assert.Equal("partial", (string?)records.Single(static record => (string?)record["kind"] == "delivery")["delivery"]);
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
        Assert.Equal("revoked", (await world.GetAsync(job, token)).Code);
    }

    private Task<HttpResponseMessage> OpenAsync(string pathAndQuery, string token, HttpClient? client = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, world.Base + pathAndQuery);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (client ?? world.Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    // The kernel would let a receive buffer grow to megabytes; one that was set stays as it is.
    private static async ValueTask<Stream> ConnectNarrowAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 32 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // Until delivery and, for a cut, its reason have been shipped.
    private async Task<IReadOnlyList<JsonNode>> TrailToTheEndAsync(string decisionId)
    {
        while (true)
        {
            var items = (await world.Wei.GetAsync($"audit?id={decisionId}&limit=200"))["items"]!.AsArray();
            var records = items.Select(static item => item!["record"]!.DeepClone()).ToList();
            if (records.Exists(static record => (string?)record["kind"] == "delivery"))
            {
                return records;
            }

            await Task.Delay(50);
        }
    }

    /// <summary>The world with Observations of a quarter of a megabyte each, put straight into the clinical system.</summary>
    public sealed class Large : GatewayWorld
    {
        private protected override string Provider => "Sqlite";

        internal const int Own = 60;
        internal const int Foreign = 20;

        internal HttpClient Client { get; } = new();

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            for (var i = 0; i < Own + Foreign; i++)
            {
                // Foreign ones among the own ones.
                var (id, patient) = i % 4 == 3 ? ($"large-foreign-{i}", "f201") : ($"large-own-{i}", "f001");
                using var request = new HttpRequestMessage(HttpMethod.Put, $"{Backend.Base}/Observation/{id}");
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer backend-secret");
                request.Content = new StringContent(Observation(id, patient), Encoding.UTF8, "application/fhir+json");
                (await Client.SendAsync(request)).EnsureSuccessStatusCode();
            }

            await Backend.ForgetRecordedAsync();
        }

        public override async ValueTask DisposeAsync()
        {
            Client.Dispose();
            await base.DisposeAsync();
        }

        private static string Observation(string id, string patient) =>
            $$"""
                {"resourceType":"Observation","id":"{{id}}","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
                 "code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},"subject":{"reference":"Patient/{{patient}}"},"valueString":"{{new string(
                    'x',
                    256 * 1024
                )}}"}
                """;
    }
}
