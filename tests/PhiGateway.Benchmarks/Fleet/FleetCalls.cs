using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace PhiGateway.Benchmarks.Fleet;

/// <summary>Calls to a node: single reads, endless searches, and a steady load.</summary>
internal sealed class FleetCalls : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    public async Task<HttpStatusCode> ReadAsync(FleetNode node, FleetToken token)
    {
        using var request = Request(node, "/fhir/Observation/o1", token);
        using var answer = await _http.SendAsync(request);
        await answer.Content.CopyToAsync(Stream.Null);
        return answer.StatusCode;
    }

    /// <summary>Reads over and over until one is refused; answers when that one was sent and when it was answered.</summary>
    public async Task<TimeSpan> UntilRefusedAsync(FleetNode node, FleetToken token, Func<long> revokedAt)
    {
        while (await ReadAsync(node, token) == HttpStatusCode.OK)
        {
            await Task.Delay(2);
        }

        return Stopwatch.GetElapsedTime(revokedAt());
    }

    /// <summary>Opens an endless search, says when its first bytes are there, and answers how long after the revocation it ended.</summary>
    public async Task<TimeSpan> UntilCutAsync(FleetNode node, FleetToken token, TaskCompletionSource streaming, Func<long> revokedAt)
    {
        using var request = Request(node, "/fhir/Observation?patient=p1", token);
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            streaming.SetException(new InvalidOperationException($"The search was answered with {answer.StatusCode}."));
        }

        var buffer = new byte[64 * 1024];
        await using var body = await answer.Content.ReadAsStreamAsync();
        try
        {
            while (await body.ReadAsync(buffer) > 0)
            {
                streaming.TrySetResult();
            }

            throw new InvalidOperationException("The answer ended as if it were whole.");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return Stopwatch.GetElapsedTime(revokedAt());
        }
    }

    /// <summary>Opens an answer to be read piece by piece.</summary>
    public async Task<Stream> OpenAsync(FleetNode node, string path, FleetToken token)
    {
        using var request = Request(node, path, token);
        var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
    }

    /// <summary>Starts an export and says where its one file is.</summary>
    public async Task<string> ExportAsync(FleetNode node, FleetToken token)
    {
        using var start = Request(node, "/fhir/Patient/$export?_type=Observation", token);
        start.Headers.TryAddWithoutValidation("Prefer", "respond-async");
        start.Headers.TryAddWithoutValidation("Accept", "application/fhir+json");
        using var started = await _http.SendAsync(start);
        using var poll = Request(node, started.EnsureSuccessStatusCode().Content.Headers.ContentLocation!.PathAndQuery, token);
        using var finished = await _http.SendAsync(poll);
        var manifest = await finished.EnsureSuccessStatusCode().Content.ReadAsStringAsync();
        using var read = JsonDocument.Parse(manifest);
        return new Uri(read.RootElement.GetProperty("output")[0].GetProperty("url").GetString()!).PathAndQuery;
    }

    /// <summary>Reads at a pace, late ones not forgiven: the time of each is counted from when it was due.</summary>
    public async Task LoadAsync(FleetNode node, FleetToken token, int perSecond, Latencies? times, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var calls = new List<Task>();
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var due = TimeSpan.FromSeconds((double)i / perSecond);
            var wait = due - Stopwatch.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, CancellationToken.None);
            }

            calls.Add(CallAsync(due));
            calls.RemoveAll(static call => call.IsCompletedSuccessfully);
        }

        await Task.WhenAll(calls);

        async Task CallAsync(TimeSpan due)
        {
            var status = await ReadAsync(node, token);
            if (status != HttpStatusCode.OK)
            {
                throw new InvalidOperationException($"A call of the load was answered with {status}.");
            }

            times?.Add(Stopwatch.GetElapsedTime(started) - due);
        }
    }

    private static HttpRequestMessage Request(FleetNode node, string path, FleetToken token) =>
        new(HttpMethod.Get, new Uri(node.Data, path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token.Text) } };
}
