using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Clients that do not read, or do not send, lose their place; over HTTP/1.1 and HTTP/2, and what stands behind has TLS.</summary>
public sealed class SlowClientTests(SecureWorld world) : IClassFixture<SecureWorld>
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public static TheoryData<string> Versions => ["1.1", "2.0"];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Read_ClientThatDoesNotReadOn_IsCutAndItsPlaceGivenBack(string version)
    {
        var token = await world.TokenAsync(world.Ward);
        await UntilAdmittedAsync(token);
        using var http = Client(version);

        using var stalled = await OpenAsync(http, version, token);
        Assert.Equal((HttpStatusCode.OK, new Version(version)), (stalled.StatusCode, stalled.Version));
        Assert.Equal("concurrency-limited", (await world.GetAsync("/Patient/f001", token)).Code);

        await UntilAdmittedAsync(token);
        await Assert.ThrowsAnyAsync<Exception>(() => stalled.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Read_ClientThatReads_HasItAll(string version)
    {
        var token = await world.TokenAsync(world.Ward);
        await UntilAdmittedAsync(token);
        using var http = Client(version);

        using var answer = await OpenAsync(http, version, token);
        var bytes = await answer.Content.ReadAsByteArrayAsync();

        Assert.Equal(new Version(version), answer.Version);
        Assert.InRange(bytes.Length, SecureWorld.Large, SecureWorld.Large + 1024);
        Assert.InRange(world.Terminator.Connections, 1, int.MaxValue);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Send_BodyThatDrips_IsRefusedAndItsPlaceGivenBack(string version)
    {
        var token = await world.TokenAsync(world.Ward);
        await UntilAdmittedAsync(token);
        using var http = Client(version);
        using var request = Read(version, token, "/Observation/_search");
        (request.Method, request.Content) = (HttpMethod.Post, new DrippingContent());

        var fault = await Record.ExceptionAsync(async () =>
        {
            using var answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestTimeout, answer.StatusCode);
            Assert.True(answer.Headers.Contains("X-Request-Id"));
        });

        Assert.True(fault is null or HttpRequestException, fault?.ToString());
        await UntilAdmittedAsync(token);
    }

    // The place of a request before is given back a moment after its answer.
    private async Task<HttpResponseMessage> OpenAsync(HttpClient http, string version, string token)
    {
        while (true)
        {
            var answer = await http.SendAsync(Read(version, token, "/Observation/secure-large"), HttpCompletionOption.ResponseHeadersRead);
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    // One request at a time: who is let in shows that nobody holds the place.
    private async Task UntilAdmittedAsync(string token)
    {
        while ((await world.GetAsync("/Patient/f001", token)) is { Status: not HttpStatusCode.OK } reply)
        {
            Assert.Equal("concurrency-limited", reply.Code);
            await Task.Delay(Poll);
        }
    }

    private HttpRequestMessage Read(string version, string token, string place)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, world.Base + place)
        {
            Version = new Version(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return request;
    }

    private static HttpClient Client(string version)
    {
        var handler = TlsFiles.Trusting();
        handler.EnableMultipleHttp2Connections = version == "2.0";
        return new HttpClient(handler);
    }

    // A byte now and then, until nobody takes them any more.
    private sealed class DrippingContent : HttpContent
    {
        public DrippingContent() => Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            while (true)
            {
                await stream.WriteAsync("a"u8.ToArray());
                await stream.FlushAsync();
                await Task.Delay(Poll);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 100_000;
            return true;
        }
    }
}
