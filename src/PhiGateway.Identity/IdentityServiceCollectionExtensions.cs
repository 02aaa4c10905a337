using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity;

/// <summary>Registers the module; used by the host's composition root.</summary>
public static class IdentityServiceCollectionExtensions
{
    /// <summary>Adds <see cref="ICallerAuthenticator"/> with one JwtBearer scheme per issuer.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="issuers">Already validated by <see cref="IssuerOptionsValidator"/>; throws <see cref="ArgumentException"/> when
    /// not.</param>
    /// <param name="readScope">Reads the <c>scope</c> claim; the SMART grammar lives in another module.</param>
    /// <param name="connect">Opens the connections to issuers, by the host's own rules; null: as the runtime does.</param>
    /// <param name="dpop">How proofs of possession are judged; null: by the defaults. They are remembered over all nodes where the host
    /// registers <see cref="ISingleUses"/>.</param>
    /// <param name="longestHeader">Characters of an Authorization header; null: 16 KiB.</param>
    /// <param name="apiKeysOf">The environment for which API keys are taken, out of the <see cref="ISnapshotSource"/> that the host
    /// registers; null: none is.</param>
    /// <param name="workloads">Whose workloads are taken by their certificates, and for which environment; null: nobody's.</param>
    /// <param name="basicKeys">Whether API keys are taken as passwords of HTTP Basic too.</param>
    /// <param name="falseTokens">Tokens a second of one address whose signature may be found false; null: 20.</param>
    public static IServiceCollection AddPhiGatewayIdentity(
        this IServiceCollection services,
        IReadOnlyList<IssuerOptions> issuers,
        Func<string?, ScopeSet> readScope,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null,
        DpopOptions? dpop = null,
        int? longestHeader = null,
        string? apiKeysOf = null,
        (SpiffeOptions Options, string Environment)? workloads = null,
        bool basicKeys = false,
        int? falseTokens = null
    )
    {
        var proofs = dpop ?? new DpopOptions();
        var problems = IssuerOptionsValidator.Validate(issuers);
        if (problems.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, problems), nameof(issuers));
        }

        services.AddIssuerSchemes(issuers);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new IssuerDirectory(
            issuers,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<IssuerDirectory>>(),
            connect
        ));
        services.AddSingleton<IIssuerPlaces>(static provider => provider.GetRequiredService<IssuerDirectory>());
        services.AddSingleton(new ValidatedTokenCache(ValidatedTokenCache.DefaultCapacity));
        services.AddSingleton(static provider => new NonceKeeper(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new DpopChecker(
            proofs,
            provider.GetRequiredService<NonceKeeper>(),
            new SeenProofs(provider.GetRequiredService<TimeProvider>(), proofs.LongestLife),
            provider.GetService<ISingleUses>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DpopChecker>>()
        ));
        services.AddSingleton(provider => new OpaqueTokens(
            provider.GetRequiredService<IssuerDirectory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OpaqueTokens>>(),
            connect
        ));
        // The file of each is read by one object, whoever asks.
        services.AddSingleton(provider => new TrustDomains(
            workloads?.Options ?? new SpiffeOptions(),
            provider.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<IKeyProof>(static provider => provider.GetRequiredService<DpopChecker>());
        services.AddSingleton<ICallerAuthenticator>(provider => new CallerAuthenticator(
            provider.GetRequiredService<IssuerDirectory>(),
            provider.GetRequiredService<ValidatedTokenCache>(),
            provider.GetRequiredService<OpaqueTokens>().Issuers,
            [new DpopBinding(provider.GetRequiredService<DpopChecker>()), new CertificateBinding()],
            readScope,
            provider.GetRequiredService<TimeProvider>(),
            new ApiKeyReader(
                apiKeysOf is null ? null : provider.GetRequiredService<ISnapshotSource>(),
                apiKeysOf ?? string.Empty,
                apiKeysOf is null ? ScopeSet.Empty : readScope("system/*.cruds"),
                basicKeys
            ),
            longestHeader ?? AuthorizationHeader.DefaultLength,
            workloads is { Options.TrustDomains.Count: > 0 } of
                ? new SvidReader(
                    provider.GetRequiredService<TrustDomains>(),
                    of.Environment,
                    readScope("system/*.cruds"),
                    provider.GetRequiredService<TimeProvider>()
                )
                : null,
            workloads is { } with && provider.GetRequiredService<TrustDomains>().AnyTakesTokens
                ? new JwtSvidReader(
                    provider.GetRequiredService<TrustDomains>(),
                    with.Environment,
                    readScope("system/*.cruds"),
                    provider.GetRequiredService<TimeProvider>()
                )
                : null,
            new FalseTokens(falseTokens ?? FalseTokens.DefaultPerSecond, provider.GetRequiredService<TimeProvider>())
        ));
        services.AddSingleton<TokenRehearsal>();
        services.AddHostedService(static provider => new IssuerKeyRefresher(
            provider.GetRequiredService<IssuerDirectory>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<TokenRehearsal>().RunAsync
        ));
        return services;
    }

    private static void AddIssuerSchemes(this IServiceCollection services, IReadOnlyList<IssuerOptions> issuers)
    {
        // No default scheme: a request is authenticated by the stage, under the issuer its token names, and by nothing else.
        // A single scheme would become the default by itself and be run, without a token at hand, before the stage asks; so there is never
        // just one.
        var authentication = services.AddAuthentication().AddPolicyScheme("no-default", null, static _ => { });
        foreach (var issuer in issuers)
        {
            authentication.AddJwtBearer(TrustedIssuer.SchemeOf(issuer.Name), null, static _ => { });
            services
                .AddOptions<JwtBearerOptions>(TrustedIssuer.SchemeOf(issuer.Name))
                .Configure<IssuerDirectory>((options, directory) => JwtBearerRules.Apply(options, directory.Find(issuer.Issuer)!));
        }
    }
}
