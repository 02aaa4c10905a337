using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd;

/// <summary>An answer of the data plane.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Asks, and reads the whole answer.</summary>
    public static async Task<Reply> AskAsync(
        HttpClient http,
        HttpRequestMessage request,
        string? token,
        string? body,
        string contentType,
        (string Name, string Value)[] headers
    )
    {
        using (request)
        {
            request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
            if (body is not null)
            {
                request.Content = new StringContent(body, Encoding.UTF8);
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
            }

            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await http.SendAsync(request);
            return new Reply(
                response.StatusCode,
                await response.Content.ReadAsStringAsync(),
                response
                    .Headers.Concat(response.Content.Headers)
                    .ToDictionary(pair => pair.Key, pair => string.Join(", ", pair.Value), StringComparer.OrdinalIgnoreCase)
            );
        }
    }

    public JsonNode Json => JsonNode.Parse(Body)!;

    /// <summary>Code of the refusal; null when it is none.</summary>
    public string? Code => Body.StartsWith('{') ? Json["issue"]?[0]?["details"]?["coding"]?[0]?["code"]?.GetValue<string>() : null;

    /// <summary>The decision id that the client was told.</summary>
    public string DecisionId => Headers["X-Request-Id"];

    /// <summary>Type/id of every entry of a Bundle.</summary>
    public IReadOnlyList<string> Entries =>
        [.. (Json["entry"]?.AsArray() ?? []).Select(entry => $"{entry!["resource"]!["resourceType"]}/{entry["resource"]!["id"]}")];
}
