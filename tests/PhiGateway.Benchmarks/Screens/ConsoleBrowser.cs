using System.Diagnostics;
using System.Text.RegularExpressions;

namespace PhiGateway.Benchmarks.Screens;

/// <summary>A signed-in browser without a script: it asks for pages, keeps cookies, and says how long each took and how large it was.</summary>
internal sealed partial class ConsoleBrowser(Uri address) : IDisposable
{
    public const string Host = "console.hospital.example";

    private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
    private readonly Dictionary<string, string> _cookies = [];

    /// <summary>Signs a person of the demonstration in.</summary>
    public async Task SignInAsync(string person)
    {
        var page = await GetAsync("/console/sign-in");
        await PostAsync("/console/sign-in", ("_token", TokenOf(page)), ("person", person), ("to", "/console/now"));
    }

    /// <summary>Asks for a page, to its last byte.</summary>
    /// <exception cref="InvalidOperationException">It is neither shown nor elsewhere.</exception>
    public async Task<ShownPage> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        return await SendAsync(request);
    }

    /// <summary>Sends a form.</summary>
    public async Task<ShownPage> PostAsync(string path, params (string Name, string Value)[] form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path));
        request.Content = new FormUrlEncodedContent(form.Select(static field => KeyValuePair.Create(field.Name, field.Value)));
        return await SendAsync(request);
    }

    /// <summary>The token that stands in the forms of a page.</summary>
    public static string TokenOf(ShownPage page) => Token().Match(page.Text).Groups["token"].Value;

    public void Dispose() => _http.Dispose();

    private async Task<ShownPage> SendAsync(HttpRequestMessage request)
    {
        request.Headers.Host = Host;
        request.Headers.TryAddWithoutValidation("Cookie", string.Join("; ", _cookies.Select(static pair => $"{pair.Key}={pair.Value}")));
        var started = Stopwatch.GetTimestamp();
        using var response = await _http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();
        var took = Stopwatch.GetElapsedTime(started);
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [])
        {
            var pair = set.Split(';')[0].Split('=', 2);
            _cookies[pair[0]] = pair[1];
        }

        var text = System.Text.Encoding.UTF8.GetString(body);
        return (int)response.StatusCode is 200 or 303
            ? new ShownPage(took, body.Length, text, response.Headers.Location?.ToString())
            : throw new InvalidOperationException($"{request.RequestUri}: {(int)response.StatusCode} {text}");
    }

    [GeneratedRegex("name=\"_token\" value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();
}

/// <summary>One answer.</summary>
/// <param name="Took">From the request to the last byte.</param>
/// <param name="Bytes">Of the body.</param>
/// <param name="Text">The body.</param>
/// <param name="To">Where it leads; null: it is a page.</param>
internal sealed record ShownPage(TimeSpan Took, int Bytes, string Text, string? To);
