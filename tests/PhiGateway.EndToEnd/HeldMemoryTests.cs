using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Many large answers at once stay within what the node may hold; the rest is told to come again, and small reads pass.</summary>
public sealed class HeldMemoryTests(HeldMemoryTests.Tight world) : IClassFixture<HeldMemoryTests.Tight>
{
    private const int Many = 12;

    [Fact]
    public async Task Read_ManyLargeAnswersAtOnce_StayWithinTheBudgetWhileSmallReadsPass()
    {
        var token = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);
        var before = MegabytesOf("VmRSS");

        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Many });
        await BurstAsync(http, token);

        // It comes back: to the next who asks, and the next burst needs no more than the one before.
        await BurstAsync(http, token);
        using var again = await OpenWhenThereIsRoomAsync(http, token);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.InRange((await again.Content.ReadAsByteArrayAsync()).Length, Tight.Large, Tight.Large + 1024);

        // Each answer by itself would hold 36 MiB and as much again on the way to the client: 0.9 GB together.
        Assert.InRange(MegabytesOf("VmHWM") - before, 0, 3 * Tight.Megabytes);
    }

    private async Task BurstAsync(HttpClient http, string token)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => OpenAsync(http, token)));
        var small = await world.GetAsync("/Patient/f001", token);

        Assert.Equal(HttpStatusCode.OK, small.Status);
        Assert.All(answers, static answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable));
        Assert.Contains(answers, static answer => answer.StatusCode == HttpStatusCode.OK);
        var refused = answers.Where(static answer => answer.StatusCode != HttpStatusCode.OK).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, static answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Contains("memory-exhausted", await refused[0].Content.ReadAsStringAsync(), StringComparison.Ordinal);

        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    // What the others held is given back a moment after they went away.
    private async Task<HttpResponseMessage> OpenWhenThereIsRoomAsync(HttpClient http, string token)
    {
        while (true)
        {
            var answer = await OpenAsync(http, token);
            if (answer.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return answer;
            }

            answer.Dispose();
            await Task.Delay(50);
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpClient http, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{world.Base}/Observation/held-large");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private int MegabytesOf(string field)
    {
        var line = File.ReadLines($"/proc/{world.Gateway.Id}/status").Single(line => line.StartsWith(field, StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    /// <summary>A node that may hold little, and one large record behind it.</summary>
    public sealed class Tight : GatewayWorld
    {
        internal const int Megabytes = 192;
        internal const int Large = 36 * 1024 * 1024;

        private protected override string Provider => "Sqlite";

        private protected override Task<FhirServer> StartBackendAsync(string authorization) => FhirServer.StartAloneAsync(authorization);

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            await PutAsync(
                "Observation",
                "held-large",
                $$$"""
                {"resourceType":"Observation","id":"held-large","status":"final","code":{"text":"large"},
                 "subject":{"reference":"Patient/f001"},"valueString":"{{{new string('x', Large)}}}"}
                """
            );
        }

        private protected override void Shape(JsonObject configuration) =>
            configuration["PhiGateway"]!["Limits"]!["HeldMemory"] = $"{Megabytes} MiB";
    }
}
