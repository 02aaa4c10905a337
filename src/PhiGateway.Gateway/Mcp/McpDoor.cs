using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol.Protocol;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// Takes messages of the Model Context Protocol at <c>/mcp</c> below the bases that have a door, and answers a tool call with what the same
/// request over HTTP would have been answered with; added in front of the data plane's routes.
/// </summary>
/// <remarks>
/// Security: a tool call is a request: it goes through the whole pipeline, is judged, recorded and let out there. This room decides nothing
/// and reads no record. Of a message whose token is nobody's that is registered, or of a client whose path is closed, nothing is read and
/// nothing is held: it goes the way of every request, and is refused there, on the record; so does what is no message. What is no call tells
/// which tools there are and nothing else; of such messages a client has so many a second.
/// </remarks>
internal sealed class McpDoor(
    GatewayOptions options,
    HeldMemory memory,
    TimeProvider clock,
    ICallerAuthenticator callers,
    ISnapshotSource snapshots,
    GatewayMetrics metrics
)
{
    private static readonly AsyncLocal<Turn?> Current = new();

    private readonly HashSet<string> _places = new(options.Mcp.Bases.Select(static one => one + McpOptions.Place), StringComparer.Ordinal);

    private readonly ClientRoom _room = new(clock, () => metrics.CountExhausted("mcp-messages-per-second"));

    /// <summary>What the library answers a tool call with: what stands ready for the message that is being handled.</summary>
    public static CallToolResult Ready
    {
        get
        {
            if (Current.Value is not { } turn)
            {
                return Problem("There is nothing to answer with.");
            }

            turn.IsAsked = true;
            return turn.Result ?? Problem("There is nothing to answer with.");
        }
    }

    /// <summary>Adds it in front of the routes.</summary>
    /// <param name="app">The data plane.</param>
    /// <param name="protocol">The protocol's library, which writes the answer.</param>
    /// <param name="refusal">How a request is marked that the pipeline has to refuse.</param>
    public void Use(IApplicationBuilder app, RequestDelegate protocol, McpRefusal refusal) =>
        app.Use(next => http => RunAsync(http, new Ways(next, protocol, refusal)));

    private Task RunAsync(HttpContext http, Ways ways)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        var isForTheDoor =
            target is not null
            && (http.Request.Headers.Authorization.Count > 0 || http.Connection.ClientCertificate is not null)
            && _places.Contains(target);
        if (!isForTheDoor)
        {
            return ways.Next(http);
        }

        return http.Request.Method switch
        {
            "POST" => AnswerAsync(http, target![..^McpOptions.Place.Length], ways),
            "GET" or "DELETE" => TellThatThereIsNoneAsync(http, ways),
            _ => ways.Next(http),
        };
    }

    // There is no stream to listen to and no session to end: clients ask for both each time, and take 405 alone for that (MCP, Streamable HTTP,
    // "Listening for Messages from the Server"). Whom the registry does not know is refused by the pipeline, as always.
    private async Task TellThatThereIsNoneAsync(HttpContext http, Ways ways)
    {
        if (ways.Refusal.IsDue(http) || http.Request.Headers.Origin.Count > 0 || await FindAsync(http) is not { } client)
        {
            await ways.Next(http);
            return;
        }

        if (_room.Take(client.Client.Id, options.Mcp.MessagesPerSecond) is { Ticks: > 0 } wait)
        {
            TellTooMany(http, wait);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        http.Response.Headers.Allow = "POST";
    }

    private async Task AnswerAsync(HttpContext http, string basePath, Ways ways)
    {
        // Whose bytes cannot be read in one way is refused by the pipeline; so is whom the registry does not know, or whose path is closed,
        // before a byte is read.
        if (ways.Refusal.IsDue(http) || await FindAsync(http) is not { } client)
        {
            await ways.Next(http);
            return;
        }

        if (_room.WaitOf(client.Client.Id, options.Mcp.MessagesPerSecond) is { Ticks: > 0 } soon)
        {
            TellTooMany(http, soon);
            return;
        }

        // A browser's page has no business here, and a name that was made to lead here is no other place (DNS rebinding).
        if (http.Request.Headers.Origin.Count > 0)
        {
            await ways.RefuseAsync(http, McpFlaw.Origin);
            return;
        }

        var most = options.Mcp.MaxMessage;
        using var body = new PooledBuffer(most, memory, HeldFor.Request);
        await using var timed = new TimedBody(http.Request.Body, options.Limits.BodyTime, clock, http.RequestAborted);
        try
        {
            if (http.Request.ContentLength > most || !await body.TryReadAsync(timed, http.RequestAborted))
            {
                await ways.RefuseAsync(http, McpFlaw.TooLarge);
                return;
            }
        }
        catch (MemoryExhaustedException)
        {
            TellBusy(http);
            return;
        }
        catch (BadHttpRequestException fault)
        {
            var isLate = fault.StatusCode == StatusCodes.Status408RequestTimeout;
            await ways.RefuseAsync(http, isLate ? McpFlaw.Slow : McpFlaw.Message);
            return;
        }

        using var message = McpMessage.Read(body.Written);
        if (message is null || !message.AgreesWith(http.Request.Headers))
        {
            await ways.RefuseAsync(http, message is null ? McpFlaw.Message : McpFlaw.Headers);
            return;
        }

        // A call is counted as the request that it is.
        if (message.Tool is null && _room.Take(client.Client.Id, options.Mcp.MessagesPerSecond) is { Ticks: > 0 } wait)
        {
            TellTooMany(http, wait);
            return;
        }

        // The library reads it again, from the same bytes.
        http.Request.Body = Open(body);
        http.Request.ContentLength = body.Length;
        http.Request.Path = McpOptions.Place;
        http.Request.QueryString = default;
        var turn = new Turn();
        Current.Value = turn;
        if (message.Tool is not null)
        {
            await CallAsync(http, message, body, basePath, turn, ways);
            return;
        }

        await ways.Protocol(http);
    }

    // The client whose message it is, where nothing of its path is closed.
    private async ValueTask<ClientEntry?> FindAsync(HttpContext http)
    {
        if (await callers.RecogniseAsync(http) is not { } caller)
        {
            return null;
        }

        var (snapshot, now) = (snapshots.Current, clock.GetUtcNow());
        return
            !TokenQuestions.IsRevoked(snapshot, caller)
            && TokenQuestions.Ask(snapshot, caller.Issuer, caller.ClientId, now, out var client) is null
            && client is not null
            && TokenQuestions.AskPlace(client, options.Environment, http.Connection.RemoteIpAddress, now) is null
            ? client
            : null;
    }

    private async Task CallAsync(HttpContext http, McpMessage message, PooledBuffer body, string basePath, Turn turn, Ways ways)
    {
        // What the library would not answer with a result is asked of nobody.
        await Rehearsal.RunAsync(http, Open(body), ways.Protocol);
        if (!turn.IsAsked)
        {
            await ways.Protocol(http);
            return;
        }

        if (!ToolTarget.TryWrite(message.Tool!, message.Arguments, basePath, out var target, out var problem))
        {
            turn.Result = Problem(problem);
            await ways.Protocol(http);
            return;
        }

        using var call = new InnerCall(http, target, message.Tool!, options.Mcp.MaxAnswer, memory);
        await call.RunAsync(ways.Next);
        foreach (var name in new[] { KnownHeaders.RequestId, KnownHeaders.DpopNonce })
        {
            if (call.Headers.TryGetValue(name, out var values))
            {
                http.Response.Headers[name] = values;
            }
        }

        if (call.HasNoRoom)
        {
            TellBusy(http);
            return;
        }

        if (call.Status == StatusCodes.Status401Unauthorized)
        {
            // For the transport, not for the agent: whoever holds the token has to get another.
            http.Response.StatusCode = call.Status;
            http.Response.Headers.WWWAuthenticate = call.Headers.WWWAuthenticate;
            return;
        }

        turn.Result = Of(call);
        await ways.Protocol(http);
    }

    private static void TellBusy(HttpContext http)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = "1";
    }

    private static void TellTooMany(HttpContext http, TimeSpan wait)
    {
        http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
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

    private static MemoryStream Open(PooledBuffer body) =>
        MemoryMarshal.TryGetArray(body.Written, out var bytes) && bytes.Array is { } array
            ? new MemoryStream(array, bytes.Offset, bytes.Count, writable: false)
            : new MemoryStream([], writable: false);

    /// <summary>What became of one message: whether the library asked for a tool's result, and what it is given.</summary>
    private sealed class Turn
    {
        public bool IsAsked { get; set; }

        public CallToolResult? Result { get; set; }
    }

    /// <summary>Where a message can go.</summary>
    /// <param name="Next">The way of every request.</param>
    /// <param name="Protocol">The protocol's library.</param>
    /// <param name="Refusal">How the pipeline is told to refuse.</param>
    private sealed record Ways(RequestDelegate Next, RequestDelegate Protocol, McpRefusal Refusal)
    {
        public Task RefuseAsync(HttpContext http, McpFlaw flaw)
        {
            Refusal.Mark(http, flaw);
            return Next(http);
        }
    }
}
