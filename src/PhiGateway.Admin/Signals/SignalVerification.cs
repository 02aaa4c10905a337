using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Asks one transmitter to verify its stream (SSF 1.0 section 8.1.4.2), once over all nodes in each stretch of the clock, and remembers whether
/// what it was asked came back over the stream. Run by <see cref="SharedSignals"/>, told by <see cref="SignalIntake"/> of what comes.
/// </summary>
/// <remarks>
/// The state is random and of one question, with its stretch in front; its digest is a mark of the registry's database, since the
/// verification may come to another node.
/// <see cref="AskAsync"/> is called by one task; the rest is thread-safe.
/// </remarks>
internal sealed class SignalVerification : IDisposable
{
    /// <summary>What a transmitter is told of a verification that nobody here has asked for (SSF 1.0 section 8.1.4.1).</summary>
    public const string NotAsked = "invalid_state";

    // How many stretches may pass without one: what was asked at the end of one may come in the next.
    private const int Most = 2;
    private const int StateBytes = 32;

    // Not among the characters of either side.
    private const string Separator = ".";
    private const int MaximumBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(1);

    private readonly TransmitterOptions _options;
    private readonly ISingleUses _uses;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly DateTimeOffset _began;
    private long _taken = -1;
    private long _done = -1;
    private DateTimeOffset _notBefore;
    private volatile string? _fault;

    public SignalVerification(
        TransmitterOptions options,
        ISingleUses uses,
        TimeProvider time,
        ILogger log,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        (_options, _uses, _time, _log, _began) = (options, uses, time, log, time.GetUtcNow());
        _client = PinnedClient.Create(Patience, Patience, MaximumBytes, connect);
    }

    /// <summary>The transmitter.</summary>
    public TransmitterOptions Options => _options;

    /// <summary>Whether the last look found that none came.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Asks, where nobody has in this stretch; what fails is tried again within it. Returns how many questions were answered.</summary>
    public async Task<int> AskAsync(CancellationToken stopping)
    {
        var now = _time.GetUtcNow();
        var stretch = StretchOf(now);
        if (_done == stretch || now < _notBefore)
        {
            return 0;
        }

        if (_taken != stretch && !await _uses.TryUseAsync($"signals-asked:{_options.Name}:{Text(stretch)}", EndOf(now), stopping))
        {
            // Another node asks.
            _done = stretch;
            return 0;
        }

        _taken = stretch;
        try
        {
            await SendAsync(now, stopping);
            (_done, _fault) = (stretch, null);
            return 1;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever the transmitter answers or does not: it is asked again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            (_notBefore, _fault) = (now + Retry, fault.GetType().Name);
            AdminLog.VerificationNotAsked(_log, _options.Name, fault.GetType().Name);
            return 0;
        }
    }

    /// <summary>
    /// Takes note of a verification that came; false: its state is of no question of any node. One without a state is the transmitter's own
    /// idea, and answers nothing. Throws when the database is away.
    /// </summary>
    public async Task<bool> TryHearAsync(SecurityEvent verification)
    {
        if (!verification.Claims.TryGetProperty("state", out var said))
        {
            return true;
        }

        if (
            TextOf(said) is not { } state
            || state.IndexOf(Separator, StringComparison.Ordinal) is not (> 0 and var end)
            || !long.TryParse(state.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out var stretch)
            || !await _uses.IsUsedAsync(MarkOf(state), CancellationToken.None)
        )
        {
            return false;
        }

        // Security: it answers the question of its stretch, however often and late somebody sends it again.
        _ = await _uses.TryUseAsync(AnsweredIn(stretch), EndOf(_time.GetUtcNow()), CancellationToken.None);
        return true;
    }

    /// <summary>Looks whether none came to any node for longer than may be; what this node has not waited for long enough is not missing.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (now - _began < Most * _options.VerifyEvery)
        {
            return IsMissing = false;
        }

        var newest = StretchOf(now);
        for (var stretch = newest; stretch >= newest - Most; stretch--)
        {
            if (await _uses.IsUsedAsync(AnsweredIn(stretch), cancellationToken))
            {
                return IsMissing = false;
            }
        }

        return IsMissing = true;
    }

    /// <summary>What this node knows of it, in words.</summary>
    public string Words() =>
        _fault is { } fault ? $"it could not be asked here, the last time for {fault}" : "where it was asked here, it took the question";

    public void Dispose() => _client.Dispose();

    private static string Text(long stretch) => stretch.ToString(CultureInfo.InvariantCulture);

    // Half of a surrogate pair is no text, and no state of ours.
    private static string? TextOf(JsonElement said)
    {
        try
        {
            return said.ValueKind == JsonValueKind.String ? said.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private string MarkOf(string state) =>
        "signals-state:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_options.Name}\0{state}")));

    private string AnsweredIn(long stretch) => $"signals-verified:{_options.Name}:{Text(stretch)}";

    private long StretchOf(DateTimeOffset moment) => moment.UtcTicks / _options.VerifyEvery.Ticks;

    private DateTimeOffset EndOf(DateTimeOffset now) => now + ((Most + 2) * _options.VerifyEvery);

    private async Task SendAsync(DateTimeOffset now, CancellationToken stopping)
    {
        var state = Text(StretchOf(now)) + Separator + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(StateBytes));
        using var request = new HttpRequestMessage(HttpMethod.Post, _options.VerificationEndpoint);
        request.Content = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["stream_id"] = _options.StreamId!, ["state"] = state })
        );
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (_options.VerificationSecret is { } reference)
        {
            // Read each time: a secret that was rotated is in force without a restart.
            if (!SecretReference.TryResolve(reference, out var secret, out _))
            {
                throw new InvalidOperationException("The secret cannot be read.");
            }

            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        }

        // Before it is asked: the event may be here before the answer is.
        _ = await _uses.TryUseAsync(MarkOf(state), EndOf(now), stopping);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, stopping);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(null, null, response.StatusCode);
        }
    }
}
