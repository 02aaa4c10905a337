using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol.Protocol;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// Takes messages of the Model Context Protocol at <c>/mcp</c> below the bases that have a door, and answers a tool call with what the same
/// request over HTTP would have been answered with; added in front of the data plane's routes.
/// </summary>
/// <remarks>
/// Security: a tool call is a request: it goes through the whole pipeline, is judged, recorded and let out there, before the protocol's
/// library sees the message. This room decides nothing and reads no record. A message without credentials goes the way of every request, and
/// is refused there, on the record.
/// </remarks>
internal sealed class McpDoor(McpOptions options, HeldMemory memory)
{
    private const int MostMessage = 64 * 1024;
    private const int MostAnswer = 1024 * 1024;

    private static readonly AsyncLocal<CallToolResult?> Result = new();

    private readonly HashSet<string> _places = new(options.Bases.Select(static one => one + McpOptions.Place), StringComparer.Ordinal);

    /// <summary>What the library answers a tool call with: what stands ready for the message that is being handled.</summary>
    public static CallToolResult Ready => Result.Value ?? Problem("There is nothing to answer with.");

    /// <summary>Adds it in front of the routes.</summary>
    /// <param name="app">The data plane.</param>
    /// <param name="protocol">The protocol's library, which writes the answer.</param>
    public void Use(WebApplication app, RequestDelegate protocol) => app.Use(next => http => RunAsync(http, next, protocol));

    private Task RunAsync(HttpContext http, RequestDelegate next, RequestDelegate protocol)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var isMessage =
            target is not null
            && HttpMethods.IsPost(http.Request.Method)
            && http.Request.Headers.Authorization.Count > 0
            && _places.Contains(target);
        return isMessage ? AnswerAsync(http, target![..^McpOptions.Place.Length], next, protocol) : next(http);
    }

    private async Task AnswerAsync(HttpContext http, string basePath, RequestDelegate next, RequestDelegate protocol)
    {
        // A browser's page has no business here, and a name that was made to lead here is no other place (DNS rebinding).
        if (http.Request.Headers.Origin.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        if (await ReadAsync(http) is not { } body)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return;
        }

        using var message = McpMessage.Read(body);
        if (message is null || !message.AgreesWith(http.Request.Headers))
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        if (message.Tool is not null)
        {
            if (!memory.TryTake(MostAnswer, HeldFor.Read))
            {
                http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                http.Response.Headers.RetryAfter = "1";
                return;
            }

            try
            {
                await CallAsync(http, message, basePath, next, protocol);
            }
            finally
            {
                memory.GiveBack(MostAnswer);
            }

            return;
        }

        await HandOnAsync(http, protocol);
    }

    private static async Task CallAsync(
        HttpContext http,
        McpMessage message,
        string basePath,
        RequestDelegate next,
        RequestDelegate protocol
    )
    {
        if (!ToolTarget.TryWrite(message.Tool!, message.Arguments, basePath, out var target, out var problem))
        {
            Result.Value = Problem(problem);
            await HandOnAsync(http, protocol);
            return;
        }

        using var call = new InnerCall(http, target, MostAnswer);
        await call.RunAsync(next);
        foreach (var name in new[] { KnownHeaders.RequestId, KnownHeaders.DpopNonce })
        {
            if (call.Headers.TryGetValue(name, out var values))
            {
                http.Response.Headers[name] = values;
            }
        }

        if (call.Status == StatusCodes.Status401Unauthorized)
        {
            // For the transport, not for the agent: whoever holds the token has to get another.
            http.Response.StatusCode = call.Status;
            http.Response.Headers.WWWAuthenticate = call.Headers.WWWAuthenticate;
            return;
        }

        Result.Value = Of(call);
        await HandOnAsync(http, protocol);
    }

    private static Task HandOnAsync(HttpContext http, RequestDelegate protocol)
    {
        http.Request.Path = McpOptions.Place;
        http.Request.QueryString = default;
        return protocol(http);
    }

    private static CallToolResult Of(InnerCall call) =>
        call.Status == 0
            ? Problem("The answer is larger than a tool's result may be, or was cut. Ask for less at a time, with _count.")
            : new CallToolResult
            {
                Content = [new TextContentBlock { Text = Encoding.UTF8.GetString(call.Answer.Span) }],
                IsError = call.Status >= StatusCodes.Status400BadRequest,
            };

    private static CallToolResult Problem(string words) => new() { Content = [new TextContentBlock { Text = words }], IsError = true };

    // The library reads it again, from the same bytes.
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http)
    {
        var body = new byte[MostMessage];
        var length = 0;
        int read;
        while (length < body.Length && (read = await http.Request.Body.ReadAsync(body.AsMemory(length), http.RequestAborted)) > 0)
        {
            length += read;
        }

        if (length == body.Length)
        {
            return null;
        }

        http.Request.Body = new MemoryStream(body, 0, length, writable: false);
        http.Request.ContentLength = length;
        return body.AsMemory(0, length);
    }
}
