using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using PhiGateway.Identity;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>The module as the host wires it, with one issuer whose keys lie in a file, and a clock in the test's hand.</summary>
internal sealed class IdentityHost : IDisposable
{
    public const string Audience = "https://gw.hospital.example/fhir";
    public const string FileIssuer = "https://idp.hospital.example";

    private readonly ServiceProvider _services;
    private readonly string _keyFile = Path.Combine(Path.GetTempPath(), $"phigw-jwks-{Path.GetRandomFileName()}.json");

    public IdentityHost(Action<IssuerOptions>? configure = null, params IEnumerable<IssuerOptions> others)
        : this(static clock => clock, configure, others) { }

    /// <param name="seenAs">What the module is given for the clock in the test's hand.</param>
    /// <param name="configure">Changes the issuer.</param>
    /// <param name="others">Further issuers.</param>
    public IdentityHost(
        Func<TimeProvider, TimeProvider> seenAs,
        Action<IssuerOptions>? configure = null,
        params IEnumerable<IssuerOptions> others
    )
        : this(seenAs, configure, null, null, null, others) { }

    private IdentityHost(
        Func<TimeProvider, TimeProvider> seenAs,
        Action<IssuerOptions>? configure,
        SharedUses? shared,
        DpopOptions? dpop,
        SigningKey? key,
        params IEnumerable<IssuerOptions> others
    )
    {
        Key = key ?? SigningKey.Es256("k1");
        Publish(Key);
        var issuer = new IssuerOptions
        {
            Name = "hospital-idp",
            Issuer = FileIssuer,
            Audience = Audience,
            Algorithms = ["ES256"],
            Environment = "production",
            Jwks = _keyFile,
        };
        configure?.Invoke(issuer);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(seenAs(Clock));
        services.AddSingleton(Scopes);
        if (shared is not null)
        {
            services.AddSingleton<ISingleUses>(shared);
        }

        services.AddPhiGatewayIdentity([issuer, .. others], Scopes.Read, dpop: dpop);
        _services = services.BuildServiceProvider();
        Authenticator = _services.GetRequiredService<ICallerAuthenticator>();
    }

    /// <summary>A node among others, which share what was used once.</summary>
    public static IdentityHost Node(SharedUses? shared, DpopOptions? dpop = null, SigningKey? key = null) => new(shared, dpop, key);

    private IdentityHost(SharedUses? shared, DpopOptions? dpop, SigningKey? key)
        : this(static clock => clock, null, shared, dpop, key) { }

    public AdjustableClock Clock { get; } = new();

    public SigningKey Key { get; }

    public ScopeRecorder Scopes { get; } = new();

    public ICallerAuthenticator Authenticator { get; }

    public ValidatedTokenCache Cache => _services.GetRequiredService<ValidatedTokenCache>();

    public IssuerDirectory Directory => _services.GetRequiredService<IssuerDirectory>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Replaces what the issuer's file publishes.</summary>
    public void Publish(params IEnumerable<SigningKey> keys) => File.WriteAllText(_keyFile, SigningKey.Jwks(keys));

    public TokenRecipe Recipe(SigningKey? key = null, string issuer = FileIssuer) => new(key ?? Key, issuer, Clock.GetUtcNow());

    public DefaultHttpContext Request(StringValues authorization)
    {
        var context = new DefaultHttpContext { RequestServices = _services.CreateScope().ServiceProvider };
        context.Request.Headers.Authorization = authorization;
        return context;
    }

    public async Task<CallerResult> AuthenticateAsync(StringValues authorization) =>
        await Authenticator.AuthenticateAsync(Request(authorization));

    public Task<CallerResult> BearerAsync(TokenRecipe recipe) => AuthenticateAsync("Bearer " + recipe.Sign());

    public void Dispose()
    {
        _services.Dispose();
        File.Delete(_keyFile);
    }
}

/// <summary>Stands for the SMART grammar, which lives in another module.</summary>
internal sealed class ScopeRecorder
{
    public ScopeSet Answer { get; } = new([], 1);

    public string? LastScope { get; private set; }

    public ScopeSet Read(string? scope)
    {
        LastScope = scope;
        return Answer;
    }
}
