using Microsoft.AspNetCore.Builder;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that issues tokens, on a listener of its own; only where it is configured.</summary>
internal static class TokenPlane
{
    /// <summary>Opens the signing keys.</summary>
    /// <exception cref="InvalidDataException">They cannot be opened; in words for operators.</exception>
    public static async Task<KeyRing> OpenKeysAsync(
        TokenServiceOptions options,
        EgressOptions egress,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        if (options.Signer is not null)
        {
            try
            {
                var connector = new EgressConnector(new EgressPolicy(egress.Allow));
                return await KeyRing.OpenRemoteAsync(options, clock, connector.ConnectAsync, cancellationToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw new InvalidDataException("PhiGateway:TokenService:KeyDirectory: the folder cannot be used.", fault);
            }
            catch (System.Security.Cryptography.CryptographicException fault)
            {
                throw new InvalidDataException("PhiGateway:TokenService:Signer: its certificates cannot be read.", fault);
            }
        }

        if (!SecretReference.TryResolve(options.KeySecret, out var secret, out var why))
        {
            throw new InvalidDataException($"PhiGateway:TokenService:KeySecret: {why}");
        }

        try
        {
            return KeyRing.Open(options, secret, clock);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            throw new InvalidDataException("PhiGateway:TokenService:KeySecret: the signing keys are encrypted with another secret.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException("PhiGateway:TokenService:KeyDirectory: the folder cannot be used.", fault);
        }
    }

    /// <summary>What the data plane believes of it: an issuer like others, whose keys lie on this machine.</summary>
    public static IssuerOptions IssuerOf(TokenServiceOptions options, string environment, KeyRing ring) =>
        new()
        {
            Name = options.Name,
            Issuer = options.Issuer,
            Audience = options.Audience,
            Algorithms = ["ES256"],
            Environment = environment,
            Jwks = ring.PublicPath,
            MaxTokenLifetime = TokenServiceOptions.LongestLifetime,
        };

    /// <summary>The keys of others that it holds: of providers of persons, and of clients that publish theirs.</summary>
    /// <param name="built">It; null: there is none.</param>
    public static IReadOnlyList<IHeldKeys> KeysOf(WebApplication? built) =>
        built is null
            ? []
            : [built.Services.GetRequiredService<IdentityAssertions>(), built.Services.GetRequiredService<ClientAssertions>()];

    /// <summary>Builds it, not started.</summary>
    public static WebApplication Build(GatewayParts parts, TokenServiceOptions service, KeyRing ring, IKeyProof proofs)
    {
        var options = parts.Options;
        var peers = new PeerAddress(options.TrustedProxies);
        var gate = new ConnectionGate(ConnectionLimits.OfTokens(options.Limits), peers, parts.Metrics, "tokens");
        var builder = SidePlane.Begin(parts, service.Listener, gate);
        builder.Services.AddRouting();
        builder
            .Services.AddSingleton(parts.Clock)
            .AddSingleton<IAuditJournal>(parts.Journal)
            .AddSingleton<ISnapshotSource>(parts.Snapshots)
            .AddSingleton(parts.RegistryStore)
            .AddSingleton(parts.SingleUses)
            .AddSingleton(parts.RegistrationRequests)
            .AddSingleton(proofs)
            .AddTokenRoom(parts.Metrics)
            .AddTokenService(service, ring, options.Environment, new EgressConnector(new EgressPolicy(options.Egress.Allow)).ConnectAsync);
        var app = builder.Build();
        peers.Use(app);
        new BodyTime(parts.Options.Limits, parts.Clock, parts.Metrics).Use(app);
        app.MapTokenService();
        return app;
    }
}
