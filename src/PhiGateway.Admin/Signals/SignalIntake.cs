using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Signals;

/// <summary>
/// Takes the signals of one transmitter, pushed or fetched: each is read, counts once over all nodes, has its effect and is on record before
/// it is acknowledged.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class SignalIntake(
    TransmitterOptions options,
    SignalRules rules,
    SecurityEventReader reader,
    SignalEffects effects,
    SignalTrail trail,
    SignalVoice voice,
    ISingleUses uses,
    ISnapshotSource snapshots,
    TimeProvider time,
    ILogger log,
    SignalVerification? verification = null,
    Action<string>? countExhausted = null
)
{
    private const int MostOwed = 10_000;
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    // How long a node that took a signal up is waited for: one that stopped meanwhile did not finish.
    private const int ClaimSeconds = 30;

    // Signals that this node took up and did not finish: it may go on at once, others after a while.
    private readonly ConcurrentDictionary<string, bool> _owed = new(StringComparer.Ordinal);

    /// <summary>The transmitter.</summary>
    public TransmitterOptions Options => options;

    /// <summary>How it is heard.</summary>
    public SignalVoice Voice => voice;

    /// <summary>How its stream is verified; null: nobody asks for it.</summary>
    public SignalVerification? Verification => verification;

    /// <summary>Takes one.</summary>
    /// <param name="token">As it was sent.</param>
    /// <param name="peer">Where it came from; null: it was fetched.</param>
    /// <param name="cancellationToken">Gives up before it has its effect; not later.</param>
    public async Task<SignalAnswer> TakeAsync(string token, string? peer, CancellationToken cancellationToken)
    {
        var check = await reader.ReadAsync(token, cancellationToken, IPAddress.TryParse(peer, out var address) ? address : null);
        if (check.Event is not { } signal)
        {
            if (check.Detail == SecurityEventReader.NoRoom)
            {
                countExhausted?.Invoke(SecurityEventReader.NoRoom);
            }

            trail.Refused(options.Name, check.Error ?? "unavailable", check.Detail, check.Id, peer);
            return new SignalAnswer(check.Error, IsTaken: false, check.Id);
        }

        // Whatever it says: it is its own, so the stream lives.
        await voice.HearAsync();
        var step = SignalSteps.Of(signal, options.ActAtRisk);
        if (step == SignalStep.Unreadable)
        {
            trail.Refused(options.Name, SignalAnswer.Malformed, "claims", signal.Id, peer);
            return new SignalAnswer(SignalAnswer.Malformed, IsTaken: false, signal.Id);
        }

        // A stream that shows that it lives is about itself.
        var target =
            signal.Type == SecurityEvent.Verification
                ? new SignalTarget(null, [], null)
                : SignalTarget.Find(signal.Subject, options, rules, snapshots.Current);
        if (target is null)
        {
            trail.Refused(options.Name, SignalAnswer.Denied, "subject-of-another", signal.Id, peer);
            return new SignalAnswer(SignalAnswer.Denied, IsTaken: false, signal.Id);
        }

        try
        {
            if (signal.Type == SecurityEvent.Verification && verification is not null && !await verification.TryHearAsync(signal))
            {
                trail.Refused(options.Name, SignalVerification.NotAsked, "state", signal.Id, peer);
                return new SignalAnswer(SignalVerification.NotAsked, IsTaken: false, signal.Id);
            }

            return await TakeOnceAsync(signal, step, target, peer);
        }
#pragma warning disable CA1031 // Whatever is away: the transmitter is told that it was not taken, and sends it again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            AdminLog.SignalFailed(log, options.Name, fault.GetType().Name);
            return new SignalAnswer(null, IsTaken: false, signal.Id);
        }
    }

    private async Task<SignalAnswer> TakeOnceAsync(SecurityEvent signal, SignalStep step, SignalTarget target, string? peer)
    {
        var mark = "signal:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{options.Name}\0{signal.Id}")));
        if (await uses.IsUsedAsync(mark, CancellationToken.None))
        {
            // RFC 8935 section 2.2: what is sent again is acknowledged again.
            return new SignalAnswer(null, IsTaken: true, signal.Id);
        }

        if (!await TryClaimAsync(mark))
        {
            // Another node is at it, and nobody knows yet whether it will finish.
            return new SignalAnswer(null, IsTaken: false, signal.Id);
        }

        try
        {
            var done = await effects.ApplyAsync(options, signal, mark, step, target, peer);
            await trail.TakenAsync(options.Name, signal, done, peer);

            // Only now: what is acknowledged has had its effect, whatever becomes of this node.
            await uses.TryUseAsync(mark, signal.IssuedAt + options.MaxAge + Skew, CancellationToken.None);
        }
        catch
        {
            if (_owed.Count < MostOwed)
            {
                _owed[mark] = true;
            }

            throw;
        }

        return new SignalAnswer(null, IsTaken: true, signal.Id);
    }

    private async Task<bool> TryClaimAsync(string mark)
    {
        if (_owed.TryRemove(mark, out _))
        {
            return true;
        }

        // A claim holds to the end of the next stretch of the clock, and so for as long as a claim must at least.
        var now = time.GetUtcNow();
        var stretch = now.ToUnixTimeSeconds() / ClaimSeconds;
        return !await uses.IsUsedAsync($"{mark}:{stretch - 1}", CancellationToken.None)
            && await uses.TryUseAsync($"{mark}:{stretch}", now.AddSeconds(2 * ClaimSeconds), CancellationToken.None);
    }
}

/// <summary>What a transmitter is told of a signal.</summary>
/// <param name="Error">Code of RFC 8935 section 2.4; null: it is in order.</param>
/// <param name="IsTaken">Whether it was taken; false without an error: it has to be sent again.</param>
/// <param name="Id">Its <c>jti</c>, where one can be read.</param>
internal sealed record SignalAnswer(string? Error, bool IsTaken, string? Id)
{
    public const string Malformed = "invalid_request";
    public const string Denied = "access_denied";

    /// <summary>The error in words, which say nothing from inside.</summary>
    public static string WordsOf(string error) =>
        error switch
        {
            "invalid_key" => "The signature cannot be verified by a key of this transmitter.",
            "invalid_issuer" => "The issuer is not that of this stream.",
            "invalid_audience" => "The audience is not this receiver.",
            "authentication_failed" => "The transmitter is not authenticated.",
            Denied => "This transmitter may not speak of this subject.",
            SignalVerification.NotAsked => "The state is of no question that this receiver has asked.",
            _ => "The request is not one security event token that this receiver can read.",
        };
}
