using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream.Credentials;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// The certificate of all https listeners, with its chain: a renewed file is shown a few seconds later, and while it cannot be used the one
/// before is shown on. Made once by <see cref="GatewayHost"/>; its end is told in readiness.
/// </summary>
/// <remarks>The files are looked at beside handshakes and beside readiness, never within them: a file system may hang.</remarks>
internal sealed class ListenerCertificate
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    // A renewal that works comes a month before, or, of a short life, after two thirds of it.
    private static readonly TimeSpan Near = TimeSpan.FromDays(14);

    private readonly ReloadedPem _pem;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private long _next;
    private int _isLooking;

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">They cannot be used: in words for operators.</exception>
    public ListenerCertificate(string certificate, string key, TimeProvider clock, ILogger log)
    {
        (_pem, _clock, _log) = (new ReloadedPem(certificate, key, clock), clock, log);
        Look();
        if (_pem.Current is null)
        {
            throw new InvalidDataException($"PhiGateway:Listeners:CertificatePath: {_pem.Problem}.");
        }
    }

    /// <summary>What is shown now.</summary>
    public SslStreamCertificateContext Current
    {
        get
        {
            LookIfDue();
            return _pem.Current!;
        }
    }

    /// <summary>When it ends, UTC.</summary>
    public DateTimeOffset Ends => _pem.Ends!.Value;

    /// <summary>The same where it is near, or past: nobody has renewed it in time. Null: it is far.</summary>
    public DateTimeOffset? EndsSoon
    {
        get
        {
            var leaf = Current.TargetCertificate;
            var quarter = (leaf.NotAfter - leaf.NotBefore) / 4;
            return Ends - _clock.GetUtcNow() <= (quarter < Near ? quarter : Near) ? Ends : null;
        }
    }

    /// <summary>What an operator has to know of it; empty: nothing.</summary>
    public IReadOnlyList<StartProblem> Problems
    {
        get
        {
            var end = EndsSoon is { } ends
                ? $"it {(ends > _clock.GetUtcNow() ? "ends" : "ended")} at {ends.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
                : null;
            var words = string.Join("; ", new[] { _pem.Problem, end }.OfType<string>());
            return words.Length == 0 ? [] : [new StartProblem("listener certificate", words)];
        }
    }

    /// <summary>The certificate of a node's listeners; null: none of them is https.</summary>
    public static ListenerCertificate? Open(GatewayOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        string?[] listeners = [options.Listeners.Data, options.Listeners.Admin, options.TokenService?.Listener, options.Signals.Listener];
        return listeners.Any(static one => one is not null && one.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            ? new ListenerCertificate(
                options.Listeners.CertificatePath!,
                options.Listeners.CertificateKeyPath!,
                clock,
                loggers.CreateLogger<ListenerCertificate>()
            )
            : null;
    }

    /// <summary>How a listener shakes hands: with what is shown at that moment.</summary>
    public TlsHandshakeCallbackOptions Handshake() =>
        new()
        {
            OnConnection = _ =>
                ValueTask.FromResult(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificateContext = Current,
                        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                        // Asked for, not demanded: whether a client must have one is the registry's word, and bound tokens compare it (RFC
                        // 8705).
                        ClientCertificateRequired = true,
#pragma warning disable CA5359 // Of a client, and self-signed ones are as good as any: which of them counts is looked up by its hash.
                        RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
                    }
                ),
        };

    /// <summary>Reads the files when they changed.</summary>
    internal void Look()
    {
        switch (_pem.Look())
        {
            case PemNews.Read:
                GatewayLog.ListenerCertificateRead(_log, Ends);
                break;
            case PemNews.Broken:
                GatewayLog.ListenerCertificateBroken(_log, _pem.Problem!);
                break;
            default:
                break;
        }
    }

    private void LookIfDue()
    {
        var (now, next) = (_clock.GetUtcNow().UtcTicks, Interlocked.Read(ref _next));
        if (now >= next && Interlocked.CompareExchange(ref _isLooking, 1, 0) == 0)
        {
            Interlocked.Exchange(ref _next, now + Every.Ticks);
            _ = Task.Run(LookBeside);
        }
    }

    // One at a time: where the file system hangs, one thread waits for it and no more.
    private void LookBeside()
    {
        try
        {
            Look();
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
