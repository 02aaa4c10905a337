using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Signals;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Fetches the signals of one transmitter (RFC 8936): asks and waits, takes what came, and acknowledges it with the next question. Run by
/// <see cref="SharedSignals"/> until the node stops.
/// </summary>
/// <remarks>What strangers could answer is bounded: no redirects, a small answer, little time, so many signals in one.</remarks>
internal sealed class SignalPoll : IDisposable
{
    private const int MostAtOnce = 64;
    private const int MaximumBytes = 4 * 1024 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // Longer than transmitters hold a question open.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Briefly = TimeSpan.FromSeconds(1);

    private readonly SignalIntake _intake;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly List<string> _acknowledged = [];
    private readonly List<(string Id, string Error)> _refused = [];

    public SignalPoll(
        SignalIntake intake,
        TimeProvider time,
        ILogger log,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        (_intake, _time, _log) = (intake, time, log);
        _client = PinnedClient.Create(Retry, Patience, MaximumBytes, connect);
    }

    /// <summary>Goes on until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            var pause = Retry;
            try
            {
                pause = PauseAfter(await AskAsync(stopping), _intake.Options.PollPause);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Whatever the transmitter answers or does not: it is asked again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _intake.Voice.Fail(fault.GetType().Name);
                AdminLog.SignalsNotFetched(_log, _intake.Options.Name, fault.GetType().Name);
            }

            if (pause > TimeSpan.Zero)
            {
                await Task.Delay(pause, _time, stopping);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>How long nothing is asked after an answer; never no time, for a transmitter could keep this node busy for ever.</summary>
    /// <param name="isMore">There is something to acknowledge, or more to come.</param>
    /// <param name="usual">The pause after an answer without signals.</param>
    internal static TimeSpan PauseAfter(bool isMore, TimeSpan usual) => isMore && usual > Briefly ? Briefly : usual;

    // True: there is something to acknowledge, or more to come.
    private async Task<bool> AskAsync(CancellationToken stopping)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _intake.Options.PollEndpoint);
        request.Content = new ReadOnlyMemoryContent(Question());
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_intake.Options.PollSecret is { } reference)
        {
            // Read each time: a secret that was rotated is in force without a restart.
            if (!SecretReference.TryResolve(reference, out var secret, out _))
            {
                throw new InvalidOperationException("The secret cannot be read.");
            }

            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, stopping);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException(null, null, response.StatusCode);
        }

        using var answer = OneWayJson.Parse(await response.Content.ReadAsByteArrayAsync(stopping), Strict);
        _acknowledged.Clear();
        _refused.Clear();
        return await TakeAsync(answer.RootElement, stopping);
    }

    private async Task<bool> TakeAsync(JsonElement answer, CancellationToken stopping)
    {
        if (
            answer.ValueKind != JsonValueKind.Object
            || !answer.TryGetProperty("sets", out var sets)
            || sets.ValueKind != JsonValueKind.Object
        )
        {
            throw new JsonException();
        }

        await _intake.Voice.HearAsync();
        foreach (var one in sets.EnumerateObject().Take(MostAtOnce))
        {
            if (IdOf(one) is not { Length: > 0 and <= 256 } id)
            {
                continue;
            }

            // What is no text is no signal: without a word about it the transmitter would send it for ever, and in front of all others.
            if (TextOf(one.Value) is not { } text)
            {
                _refused.Add((id, SignalAnswer.Malformed));
                continue;
            }

            var taken = await _intake.TakeAsync(text, null, stopping);
            if (taken.Error is { } error)
            {
                _refused.Add((id, error));
            }
            else if (taken.IsTaken)
            {
                _acknowledged.Add(id);
            }
        }

        var isMore = answer.TryGetProperty("moreAvailable", out var more) && more.ValueKind == JsonValueKind.True;
        return isMore || _acknowledged.Count > 0 || _refused.Count > 0;
    }

    // Null: an escape that is no text.
    private static string? IdOf(JsonProperty one)
    {
        try
        {
            return one.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private ReadOnlyMemory<byte> Question()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("maxEvents", MostAtOnce);
            json.WriteBoolean("returnImmediately", false);
            json.WriteStartArray("ack");
            foreach (var id in _acknowledged)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            if (_refused.Count > 0)
            {
                json.WriteStartObject("setErrs");
                foreach (var (id, error) in _refused)
                {
                    json.WriteStartObject(id);
                    json.WriteString("err", error);
                    json.WriteString("description", SignalAnswer.WordsOf(error));
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }
}
