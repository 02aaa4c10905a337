using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Tokens;

/// <summary>The issuers that are asked about opaque tokens, each with whoever asks it; made once.</summary>
internal sealed class OpaqueTokens : IDisposable
{
    public OpaqueTokens(
        IssuerDirectory directory,
        TimeProvider time,
        ILogger<OpaqueTokens> logger,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    ) =>
        Issuers = [
            .. directory
                .Issuers.Where(static issuer => issuer.Options.Introspection is not null)
                .Select(issuer => (issuer, new Introspector(issuer.Options.Introspection!, issuer, time, logger, connect))),
        ];

    public IReadOnlyList<(TrustedIssuer Issuer, Introspector Introspector)> Issuers { get; }

    public void Dispose()
    {
        foreach (var (_, introspector) in Issuers)
        {
            introspector.Dispose();
        }
    }
}
