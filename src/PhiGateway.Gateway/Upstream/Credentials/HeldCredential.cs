using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Holds the value of one credential and makes it anew: ahead of its end, when its secret changed, and once when the upstream refused it.
/// Made by <see cref="BackendCredentials"/>, which also calls <see cref="Look"/> once a second.
/// </summary>
/// <remarks>
/// Thread-safe. One value is made at a time; who asks meanwhile waits for that one. After a failure nothing is tried for a pause that grows,
/// so that an authorization server that is down is not asked by every request. A value without an end stays while its secret cannot be read.
/// </remarks>
internal sealed class HeldCredential(string name, ICredentialMaker maker, TimeProvider clock, ILogger log) : BackendCredential
{
    /// <summary>How long one making may take.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>An upstream that refuses whatever it is shown causes a renewal so often, and no oftener.</summary>
    internal static readonly TimeSpan RefusedEvery = TimeSpan.FromSeconds(10);

    // A token is renewed when a fifth of its life is left, and at least so long before its end.
    private static readonly TimeSpan LeastAhead = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private Task<string?>? _running;
    private volatile string? _current;
    private volatile string? _problem;
    private DateTimeOffset _refusedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _renewAt = DateTimeOffset.MinValue;
    private DateTimeOffset _until = DateTimeOffset.MaxValue;
    private DateTimeOffset _notBefore = DateTimeOffset.MinValue;
    private int _failures;

    public override string? Current => _current;

    /// <summary>How it stands, for readiness.</summary>
    public CredentialStatus Status => new(name, _current is not null, _problem);

    public override async ValueTask<string?> RenewAsync(string? refused, CancellationToken cancellationToken)
    {
        Task<string?>? running;
        lock (_gate)
        {
            var current = _current;
            if (current is not null && current != refused)
            {
                // Somebody else was faster.
                return current;
            }

            var now = clock.GetUtcNow();
            if (_running is null && (now < _notBefore || (refused is not null && now < _refusedAt + RefusedEvery)))
            {
                return null;
            }

            _refusedAt = refused is null ? _refusedAt : now;
            running = _running ??= Task.Run(MakeAsync, CancellationToken.None);
        }

        try
        {
            // A secret on a disk that hangs cannot be cancelled; whoever waits for it can.
            var made = await running.WaitAsync(Patience, clock, cancellationToken);
            return made == refused ? null : made;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Ends a value whose time is up, and begins to make the next one when it is due; the making, or null.</summary>
    internal Task<string?>? Look()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (now >= _until)
            {
                _current = null;
            }

            if (_running is null && now >= _renewAt && now >= _notBefore)
            {
                _running = Task.Run(MakeAsync, CancellationToken.None);
            }

            return _running;
        }
    }

    private async Task<string?> MakeAsync()
    {
        MadeCredential? made = null;
        string problem;
        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            made = await maker.MakeAsync(patience.Token);
            problem = HeaderFlaw(made.Authorization) ? "it cannot stand in a header" : string.Empty;
        }
        catch (CredentialException fault)
        {
            problem = fault.Message;
        }
        catch (OperationCanceledException)
        {
            problem = "it was not made in time";
        }
#pragma warning disable CA1031 // Whatever else goes wrong, the next request must not wait for ever.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            problem = $"it cannot be made ({fault.GetType().Name})";
        }

        lock (_gate)
        {
            _running = null;
            var now = clock.GetUtcNow();
            return problem.Length == 0 && made is not null ? Keep(made, now) : Fail(problem, now);
        }
    }

    private string Keep(MadeCredential made, DateTimeOffset now)
    {
        (_failures, _notBefore) = (0, DateTimeOffset.MinValue);
        if (made.Life is { } life)
        {
            var ahead = TimeSpan.FromTicks(Math.Min(Math.Max(life.Ticks / 5, LeastAhead.Ticks), life.Ticks / 2));
            (_until, _renewAt) = (now + life - (life > 4 * Margin ? Margin : TimeSpan.Zero), now + life - ahead);
        }
        else
        {
            (_until, _renewAt) = (DateTimeOffset.MaxValue, maker.Every is { } every ? now + every : DateTimeOffset.MaxValue);
        }

        if (_problem is not null || (_current != made.Authorization && made.Life is null))
        {
            GatewayLog.CredentialMade(log, name);
        }

        _problem = null;
        // The same text stays the same object: whoever compares them compares references first.
        return _current == made.Authorization ? _current : _current = made.Authorization;
    }

    private string? Fail(string problem, DateTimeOffset now)
    {
        var pause = TimeSpan.FromSeconds(1L << Math.Min(_failures, 5));
        _failures++;
        _notBefore = now + (pause < LongestPause ? pause : LongestPause);
        if (_problem != problem)
        {
            GatewayLog.CredentialNotMade(log, name, problem);
        }

        _problem = problem;
        return _current;
    }

    private static bool HeaderFlaw(string value) => value.Length == 0 || value.AsSpan().ContainsAnyExceptInRange(' ', '~');
}

/// <summary>How one credential stands; shown by readiness, without anything secret.</summary>
/// <param name="Name">Its name, or the reference as it is written.</param>
/// <param name="IsThere">Whether there is a value to send.</param>
/// <param name="Problem">Why the newest could not be made, in words; null: it could.</param>
internal sealed record CredentialStatus(string Name, bool IsThere, string? Problem);
