using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>
/// Clients that read, search, write, export and are refused without a pause, and note what came of each call, whole or not, whatever happens
/// to the node meanwhile.
/// </summary>
internal sealed partial class NotingClients : IAsyncDisposable
{
    // Resources of an answer that is far larger than all that stands between node and client can hold.
    private const int SlowCount = 160;

    private readonly FaultWorld _world;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly HttpClient _slow = new(new SocketsHttpHandler { ConnectCallback = ConnectNarrowAsync });
    private readonly ConcurrentQueue<Note> _notes = new();
    private readonly ConcurrentDictionary<HttpStatusCode, int> _statuses = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly Tokens _tokens;
    private readonly Task[] _running;
    private int _next;
    private int _broken;

    private NotingClients(FaultWorld world, Tokens tokens)
    {
        (_world, _tokens) = (world, tokens);
        _running =
        [
            .. Enumerable.Range(0, 3).Select(_ => RunAsync(ReadAsync)),
            .. Enumerable.Range(0, 2).Select(_ => RunAsync(SearchAsync)),
            .. Enumerable.Range(0, 3).Select(_ => RunAsync(WriteAsync)),
            RunAsync(RefusedAsync),
            RunAsync(ExportAsync),
            RunAsync(ReadSlowlyAsync),
        ];
    }

    /// <summary>What they noted, in no order.</summary>
    public IReadOnlyCollection<Note> Notes => _notes;

    /// <summary>How many answers had which status.</summary>
    public IReadOnlyDictionary<HttpStatusCode, int> Statuses => _statuses;

    /// <summary>Calls that ended without the head of an answer.</summary>
    public int Broken => _broken;

    public static async Task<NotingClients> StartAsync(FaultWorld world) =>
        new(
            world,
            new Tokens(await world.TokenAsync(world.Ward), await world.TokenAsync(world.Lab), await world.TokenAsync(world.Exporter))
        );

    /// <summary>Ends them; what is under way is noted as far as it came.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await Task.WhenAll(_running);
        _http.Dispose();
        _slow.Dispose();
        _stopped.Dispose();
    }

    [GeneratedRegex("\"resourceType\":\"(Patient|Observation)\",\"id\":\"([a-z0-9-]+)\"")]
    private static partial Regex Resource { get; }

    // The kernel would let a receive buffer grow to megabytes; one that was set stays as it is.
    private static async ValueTask<Stream> ConnectNarrowAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 32 * 1024 };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private Task RunAsync(Func<Task> once) =>
        Task.Run(async () =>
        {
            while (!_stopped.IsCancellationRequested)
            {
                await once();
            }
        });

    private int Next() => Interlocked.Increment(ref _next);

    private Task ReadAsync() => AskAsync(_tokens.Ward, HttpMethod.Get, $"/Patient/p{Next()}");

    private Task SearchAsync() => AskAsync(_tokens.Ward, HttpMethod.Get, $"/Observation?patient=p{Next()}&_count=24");

    private Task ReadSlowlyAsync() =>
        AskAsync(_tokens.Ward, HttpMethod.Get, $"/Observation?patient=p{Next()}&_count={SlowCount}", slow: true);

    private Task RefusedAsync() => AskAsync(_tokens.Lab, HttpMethod.Get, $"/Patient/stranger{Next()}");

    private async Task WriteAsync()
    {
        var body = Bodies.Observation("f001", value: $"w-{Next()}");
        if (await AskAsync(_tokens.Lab, HttpMethod.Post, "/Observation", body) is not { Resources: [var created] })
        {
            return;
        }

        var id = created["Observation/".Length..];
        await AskAsync(_tokens.Lab, HttpMethod.Put, $"/Observation/{id}", Bodies.Observation("f001", id: id, value: $"w-{Next()}"));
    }

    private async Task ExportAsync()
    {
        if (
            await AskAsync(_tokens.Exporter, HttpMethod.Get, "/Patient/$export?_type=Observation") is { Place: { } job }
            && await AskAsync(_tokens.Exporter, HttpMethod.Get, job) is { Text: var manifest, Status: HttpStatusCode.OK }
        )
        {
            var file = (string)JsonNode.Parse(manifest)!["output"]![0]!["url"]!;
            await AskAsync(_tokens.Exporter, HttpMethod.Get, file[_world.Base.Length..]);
        }
    }

    private async Task<Answer?> AskAsync(string token, HttpMethod method, string path, string? body = null, bool slow = false)
    {
        using var request = new HttpRequestMessage(method, _world.Base + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Prefer", path.Contains("$export", StringComparison.Ordinal) ? "respond-async" : null);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/fhir+json");
        HttpResponseMessage response;
        try
        {
            response = await (slow ? _slow : _http).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            // The node is away, or was killed before it answered: nothing was received.
            // A start takes seconds, and whoever knocks a thousand times in each of them makes it longer.
            Interlocked.Increment(ref _broken);
            await Task.Delay(100);
            return null;
        }

        using (response)
        {
            var received = new MemoryStream();
            var whole = await CopyAsync(response, received, slow);
            var text = Encoding.UTF8.GetString(received.GetBuffer(), 0, (int)received.Length);
            var resources = Resource.Matches(text).Select(static one => $"{one.Groups[1].Value}/{one.Groups[2].Value}").ToList();
            var id = response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.Single() : string.Empty;
            _statuses.AddOrUpdate(response.StatusCode, 1, static (_, count) => count + 1);
            var least = slow ? (long)SlowCount * NotingUpstream.Filling : 0;
            _notes.Enqueue(new Note(id, response.StatusCode, body is not null, resources, received.Length, whole, least));
            var place = response.Content.Headers.ContentLocation?.OriginalString;
            return new Answer(response.StatusCode, text, resources, place?[_world.Base.Length..]);
        }
    }

    private async Task<bool> CopyAsync(HttpResponseMessage response, MemoryStream received, bool slow)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync();
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0)
            {
                received.Write(buffer, 0, read);
                if (slow)
                {
                    // Too slow for the buffers in between to hold the rest; one that is not wanted any more is left in the middle.
                    await Task.Delay(20, CancellationToken.None);
                    if (_stopped.IsCancellationRequested)
                    {
                        return false;
                    }
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private sealed record Tokens(string Ward, string Lab, string Exporter);

    private sealed record Answer(HttpStatusCode Status, string Text, IReadOnlyList<string> Resources, string? Place);
}
