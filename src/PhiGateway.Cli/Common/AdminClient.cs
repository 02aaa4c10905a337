using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.Cli.Common;

/// <summary>Talks to the admin API and turns its refusals into exit codes.</summary>
internal sealed class AdminClient : IDisposable
{
    // An apply of a large registry takes seconds; nothing takes minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    private const int LinesBetweenWords = 10_000;

    private readonly HttpClient _http;

    public AdminClient(Uri server, string keyReference)
    {
        if (server.Scheme == Uri.UriSchemeHttp && !server.IsLoopback)
        {
            throw new CliFault(ExitCodes.Usage, "An admin key is only sent over https, or to this machine.");
        }

        _http = new HttpClient { BaseAddress = server, Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ReadKey(keyReference));
    }

    public async Task<CliAnswer> SendAsync(
        HttpMethod method,
        string path,
        CancellationToken cancellationToken,
        JsonNode? body = null,
        params (string Name, string Value)[] headers
    ) =>
        await SendAsync(
            method,
            path,
            body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString()),
            "application/json",
            cancellationToken,
            headers
        );

    public async Task<CliAnswer> SendAsync(
        HttpMethod method,
        string path,
        byte[]? body,
        string contentType,
        CancellationToken cancellationToken,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return response.IsSuccessStatusCode
                ? new CliAnswer(text, response.Headers.ETag?.ToString())
                : throw Refusal((int)response.StatusCode, text);
        }
        catch (HttpRequestException exception)
        {
            throw new CliFault(ExitCodes.Unreachable, ConnectionWords.Of(_http.BaseAddress!, exception));
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CliFault(ExitCodes.Unreachable, $"{_http.BaseAddress} did not answer in time.");
        }
    }

    /// <summary>Copies a long answer line by line as it comes, and says now and then how many lines there are.</summary>
    /// <returns>How many lines.</returns>
    /// <exception cref="CliFault">It was refused, or broke off: what was copied is not whole.</exception>
    public async Task<long> DownloadAsync(
        string path,
        JsonNode body,
        string accept,
        Stream output,
        Action<long> progress,
        CancellationToken cancellationToken
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.ToJsonString()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Accept", accept);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
            }

            await using var input = await response.Content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[64 * 1024];
            var (lines, told) = (0L, 0L);
            for (int read; (read = await input.ReadAsync(buffer, cancellationToken)) > 0; )
            {
                await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                lines += buffer.AsSpan(0, read).Count((byte)'\n');
                if (lines - told >= LinesBetweenWords)
                {
                    progress(lines);
                    told = lines;
                }
            }

            return lines;
        }
        catch (HttpRequestException exception)
        {
            throw new CliFault(ExitCodes.Unreachable, ConnectionWords.Of(_http.BaseAddress!, exception));
        }
        catch (IOException)
        {
            throw new CliFault(ExitCodes.Unreachable, "The answer broke off: nothing was written.");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string ReadKey(string reference)
    {
        try
        {
            var key = reference.StartsWith("env:", StringComparison.Ordinal)
                ? Environment.GetEnvironmentVariable(reference[4..])
                : File.ReadAllText(reference);
            return key?.Trim() is { Length: > 0 } found
                ? found
                : throw new CliFault(ExitCodes.Usage, "There is no admin key: name one with --key env:NAME or --key FILE.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The reference might be a key that was typed by mistake, so it is not repeated.
            throw new CliFault(ExitCodes.Usage, "--key names no readable file; use env:NAME or a path, never the key itself.");
        }
    }

    private static CliFault Refusal(int status, string text)
    {
        var message = new StringBuilder();
        try
        {
            var problem = JsonNode.Parse(text);
            message.Append((string?)problem?["code"]).Append(": ").Append((string?)problem?["detail"] ?? (string?)problem?["title"]);
            foreach (var error in problem?["errors"]?.AsArray() ?? [])
            {
                message.AppendLine().Append("  ").Append((string?)error?["pointer"]).Append("  ").Append((string?)error?["detail"]);
            }

            message.AppendLine().Append("request ").Append((string?)problem?["request_id"]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            message.Clear().Append("The server answered ").Append(status).Append(" in a form that is not the admin API's.");
        }

        var code = status switch
        {
            502 or 503 or 504 => ExitCodes.Unreachable,
            400 or 422 => ExitCodes.Findings,
            _ => ExitCodes.Refused,
        };
        return new CliFault(code, message.ToString());
    }
}

/// <summary>A successful answer of the admin API: its body and its ETag.</summary>
/// <param name="Text">Body.</param>
/// <param name="ETag">ETag; null: none.</param>
internal sealed record CliAnswer(string Text, string? ETag)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? new JsonObject();
}
