using System.Collections.Concurrent;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>
/// Holds what the gateway shows to its upstreams, by the names that clusters use, and looks after it once a second. Registered by the
/// upstream room, asked by the route catalog, by the clients that forward and by readiness.
/// </summary>
/// <remarks>Thread-safe. The same name gives the same object for the life of the process, so that a reload of routes loses no token.</remarks>
internal sealed class BackendCredentials : IBackendCredentials, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, HeldCredential> _credentials = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Certificate, string Key), ReloadedCertificate> _certificates = new();
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HttpClient _client;
    private readonly ITimer _timer;
    private int _looking;

    public BackendCredentials(GatewayOptions options, EgressConnector connector, TimeProvider clock, ILogger<BackendCredentials> log)
    {
        (_clock, _log) = (clock, log);
        _client = PinnedClient.Create(Timeout, Timeout, TokenCredential.MostBytes, connector.ConnectAsync);
        foreach (var one in options.BackendCredentials)
        {
            _credentials.TryAdd(BackendCredentialValidator.Use + one.Name, Hold(one.Name, MakerOf(one)));
        }

        _timer = clock.CreateTimer(static state => ((BackendCredentials)state!).Look(), this, LookEvery, LookEvery);
    }

    /// <summary>How each stands.</summary>
    public IReadOnlyList<CredentialStatus> Status =>
        [.. _credentials.Values.Select(static one => one.Status), .. _certificates.Values.Select(static one => one.Status)];

    public BackendCredential? Find(string reference)
    {
        if (_credentials.TryGetValue(reference, out var known))
        {
            return known;
        }

        if (!SecretReference.IsReference(reference))
        {
            return null;
        }

        lock (_gate)
        {
            return _credentials.GetOrAdd(
                reference,
                static (text, self) => self.Hold(text, new FixedCredential(new SecretSource(text), "Authorization", null)),
                this
            );
        }
    }

    public UpstreamCertificate FindCertificate(string certificate, string key)
    {
        lock (_gate)
        {
            return _certificates.GetOrAdd(
                (certificate, key),
                static (files, self) => new ReloadedCertificate(files.Certificate, files.Key, self._clock, self._log),
                this
            );
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _client.Dispose();
    }

    private HeldCredential Hold(string name, ICredentialMaker maker)
    {
        var held = new HeldCredential(name, maker, _clock, _log);
        // The first value is there, or on its way, before the first request asks for it.
        _ = held.Look();
        return held;
    }

    private ICredentialMaker MakerOf(BackendCredentialOptions options)
    {
        var secret = new SecretSource(options);
        return options.Kind == "ClientCredentials"
            ? new TokenCredential(options, secret, _client, _clock)
            : new FixedCredential(secret, options.Kind, options.User);
    }

    private void Look()
    {
        // One look at a time: files on a disk that hangs hold one thread, not one more each second.
        if (Interlocked.Exchange(ref _looking, 1) == 1)
        {
            return;
        }

        try
        {
            LookAtAll();
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private void LookAtAll()
    {
        foreach (var (_, one) in _credentials)
        {
            _ = one.Look();
        }

        foreach (var (_, one) in _certificates)
        {
            one.Look();
        }
    }
}
