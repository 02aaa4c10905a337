using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd;

/// <summary>An administrator with a key, over real HTTP.</summary>
internal sealed class AdminClient : IDisposable
{
    private readonly HttpClient _http;

    public AdminClient(Uri admin, string key)
    {
        _http = new HttpClient { BaseAddress = new Uri(admin, "/admin/v1/") };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>The key itself.</summary>
    public string Key => _http.DefaultRequestHeaders.Authorization!.Parameter!;

    /// <summary>The same administrator at another node.</summary>
    public AdminClient At(Uri admin) => new(admin, Key);

    /// <summary>Creates a document; throws with the problem's words when it is refused.</summary>
    public Task<JsonNode> CreateAsync(string plural, object document) => SendAsync(HttpMethod.Post, plural, document);

    /// <summary>Any POST.</summary>
    public Task<JsonNode> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body ?? new { });

    /// <summary>A verb on a document that needs the version seen.</summary>
    public async Task PostSeenAsync(string path, string verb, object? body = null)
    {
        using var now = await _http.GetAsync(path);
        var (status, text) = await TryAsync(HttpMethod.Post, $"{path}:{verb}", body ?? new { }, now.Headers.ETag!.ToString());
        if ((int)status >= 300)
        {
            throw new InvalidOperationException($"POST {path}:{verb}: {(int)status} {text}");
        }
    }

    public Task<JsonNode> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <summary>The trail's records of one decision, oldest first, so that the decision leads; asked for until so many were shipped.</summary>
    public async Task<IReadOnlyList<JsonNode>> TrailAsync(string decisionId, int atLeast)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            // The trail answers with the newest first: how an answer ended may be there before anybody looks.
            var items = (await GetAsync($"audit?id={decisionId}"))["items"]!.AsArray();
            if (items.Count >= atLeast)
            {
                return [.. items.Select(static item => item!["record"]!.DeepClone()).Reverse()];
            }

            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>Any call, with whatever answer.</summary>
    public async Task<(HttpStatusCode Status, string Body)> TryAsync(
        HttpMethod method,
        string path,
        object? body = null,
        string? ifMatch = null
    )
    {
        using var request = Write(method, path, body, ifMatch);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Changes a document by merge patch, with the ETag it has now.</summary>
    public async Task PatchAsync(string path, object change)
    {
        using var now = await _http.GetAsync(path);
        var (status, body) = await TryAsync(HttpMethod.Patch, path, change, now.Headers.ETag!.ToString());
        if ((int)status >= 300)
        {
            throw new InvalidOperationException($"PATCH {path}: {(int)status} {body}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Write(HttpMethod method, string path, object? body, string? ifMatch)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
            if (method == HttpMethod.Patch)
            {
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/merge-patch+json");
            }
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return request;
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body)
    {
        var (status, text) = await TryAsync(method, path, body);
        return (int)status < 300
            ? JsonNode.Parse(text.Length == 0 ? "{}" : text)!
            : throw new InvalidOperationException($"{method} {path}: {(int)status} {text}");
    }
}
