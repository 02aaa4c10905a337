using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;
using PhiGateway.TokenService.Registering;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.Tests.TokenService;

/// <summary>The token service as the host wires it, over a registry with one approved client, without a listener.</summary>
internal sealed class TokenWorld : IDisposable, ISnapshotSource
{
    public const string Issuer = "https://auth.hospital.example";
    public const string Audience = "https://gw.hospital.example/fhir";

    private readonly IdentityHost _identity;

    // In the place of the client's key.
    private readonly Credential? _instead;

    // Beside it.
    private readonly Credential? _also;
    private readonly ServiceProvider _services;
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-tokens-").FullName;

    public TokenWorld(
        SharedUses? shared = null,
        Client? client = null,
        SigningKey? key = null,
        UseCase? useCase = null,
        string environment = "production",
        IReadOnlyList<TaskGrant>? tasks = null,
        Credential? instead = null,
        string? authorities = null,
        Credential? also = null,
        IdentityProviderOptions? provider = null,
        DpopOptions? dpop = null,
        RegistrationOptions? registration = null,
        Func<TokenServiceOptions, TimeProvider, KeyRing>? ring = null
    )
    {
        _also = also;
        _instead = instead;
        Shared = shared ?? new SharedUses();
        Key = key ?? SigningKey.Es384("connector-1");
        _identity = IdentityHost.Node(Shared, dpop);
        Store = new FakeRegistryStore(Clock);
        Fill(client ?? TestRegistry.Client(), useCase ?? TestRegistry.UseCase(), tasks ?? []);
        Options = new TokenServiceOptions
        {
            Name = "idp",
            Issuer = Issuer,
            Audience = Audience,
            KeyDirectory = _folder,
            ClientAuthorities = authorities,
            IdentityProviders = provider is null ? [] : [provider],
            Registration = registration,
        };
        Ring = ring?.Invoke(Options, Clock) ?? KeyRing.Open(Options, "a secret for tests of 32 characters", Clock);
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IAuditJournal>(Journal)
            .AddSingleton<ISnapshotSource>(this)
            .AddSingleton<IRegistryStore>(Store)
            .AddSingleton<ISingleUses>(Shared)
            .AddSingleton<IRegistrationRequests>(Strangers)
            .AddSingleton(_identity.Get<IKeyProof>())
            .AddSingleton<ITokenRoom>(new TokenRoom(Options, Metrics, Clock))
            .AddTokenService(Options, Ring, environment, null)
            .BuildServiceProvider();
    }

    public GatewayMetrics Metrics { get; } = new();

    public AdjustableClock Clock => _identity.Clock;

    public SharedUses Shared { get; }

    /// <summary>Who asked to be registered.</summary>
    public FakeRegistrationRequests Strangers { get; } = new();

    /// <summary>The client's.</summary>
    public SigningKey Key { get; }

    public FakeJournal Journal { get; } = new();

    public FakeRegistryStore Store { get; }

    public TokenServiceOptions Options { get; }

    public KeyRing Ring { get; }

    public RegistrySnapshot Current
    {
        get
        {
            var current = field;
            WhenRead?.Invoke();
            return current;
        }
        private set;
    } = RegistrySnapshot.Empty;

    /// <summary>Called after each look at the registry, to change it in between.</summary>
    public Action? WhenRead { get; set; }

    /// <summary>The registry has been away for longer than access may hang on it.</summary>
    public bool IsOutOfSight { get; set; }

    ValueTask<RegistrySnapshot?> ISnapshotSource.FindFreshAsync(CancellationToken cancellationToken) => new(IsOutOfSight ? null : Current);

    /// <summary>Publishes a registry in which this client is approved, and what is revoked in it.</summary>
    public void Fill(Client client, UseCase useCase, params Revocation[] revocations) => Fill(client, useCase, [], revocations);

    /// <summary>The same with tasks.</summary>
    public void Fill(Client client, UseCase useCase, IReadOnlyList<TaskGrant> tasks, params Revocation[] revocations)
    {
        var jwk = Key.PublicJwk();
        List<IRegistryEntity> entities =
        [
            TestRegistry.Organization(),
            TestRegistry.Agreement(),
            useCase,
            client,
            TestRegistry.Roster(),
            TestRegistry.Credential(),
            _instead
                ?? new Credential
                {
                    Id = "connector-key",
                    Client = "connector",
                    Kind = CredentialKind.ClientKey,
                    Issuer = "idp",
                    ClientId = "connector",
                    Jwk = new PublicJwk
                    {
                        Kty = (string)jwk["kty"]!,
                        Crv = (string?)jwk["crv"],
                        X = (string?)jwk["x"],
                        Y = (string?)jwk["y"],
                        N = (string?)jwk["n"],
                        E = (string?)jwk["e"],
                        Kid = (string?)jwk["kid"],
                    },
                },
            .. _also is null ? (IRegistryEntity[])[] : [_also],
            .. tasks,
        ];
        var fingerprint = TestRegistry.Build(entities).FindClientById("connector")!.Fingerprint;
        Current = TestRegistry.Build([.. entities, TestRegistry.Approval(fingerprint)], revocations);
    }

    /// <summary>Publishes a registry as it is.</summary>
    public void Publish(RegistrySnapshot snapshot) => Current = snapshot;

    /// <summary>The claims of a good assertion.</summary>
    public JsonObject Claims(string jti = "one") =>
        new()
        {
            ["iss"] = "connector",
            ["sub"] = "connector",
            ["aud"] = Issuer + "/token",
            ["exp"] = Clock.GetUtcNow().ToUnixTimeSeconds() + 240,
            ["jti"] = jti,
        };

    public JsonObject Header() =>
        new()
        {
            ["alg"] = Key.Algorithm,
            ["kid"] = Key.KeyId,
            ["typ"] = "JWT",
        };

    public string Assertion(string jti = "one") => Key.Token(Header().ToJsonString(), Claims(jti).ToJsonString());

    /// <summary>A good request for a token, as name and value.</summary>
    public static Dictionary<string, string> Form(string assertion, string scope = "system/Observation.rs") =>
        new()
        {
            ["grant_type"] = "client_credentials",
            ["scope"] = scope,
            ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ["client_assertion"] = assertion,
        };

    public Task<TokenReply> AskAsync(Dictionary<string, string> form, Action<HttpContext>? spoil = null) =>
        SendAsync<TokenEndpoint>(static endpoint => endpoint.RunAsync, "/token", form, spoil);

    public Task<TokenReply> RevokeAsync(string assertion, string token, Action<HttpContext>? spoil = null) =>
        SendAsync<RevocationEndpoint>(static endpoint => endpoint.RunAsync, "/revoke", With(assertion, token), spoil);

    public Task<TokenReply> IntrospectAsync(string assertion, string token, Action<HttpContext>? spoil = null) =>
        SendAsync<IntrospectionEndpoint>(static endpoint => endpoint.RunAsync, "/introspect", With(assertion, token), spoil);

    /// <summary>A stranger asks to be registered.</summary>
    public Task<TokenReply> RegisterAsync(string json, Action<HttpContext>? spoil = null) =>
        SendAsync<RegistrationEndpoint>(
            static endpoint => endpoint.RunAsync,
            RegistrationOptions.Path,
            [],
            context =>
            {
                context.Request.ContentType = "application/json";
                context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(json));
                spoil?.Invoke(context);
            }
        );

    /// <summary>Somebody asks what became of a request.</summary>
    public Task<TokenReply> LookAsync(string id) =>
        SendAsync<RegistrationEndpoint>(
            static endpoint => endpoint.ShowAsync,
            RegistrationOptions.Path,
            [],
            context => context.Request.RouteValues["id"] = id
        );

    public void Dispose()
    {
        _services.Dispose();
        _identity.Dispose();
        Ring.Dispose();
        Metrics.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string> With(string assertion, string token)
    {
        var form = Form(assertion);
        form["token"] = token;
        return form;
    }

    private async Task<TokenReply> SendAsync<T>(
        Func<T, RequestDelegate> handler,
        string path,
        Dictionary<string, string> form,
        Action<HttpContext>? spoil = null
    )
        where T : notnull
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Scheme = "https";
        context.Request.Host = new HostString("auth.hospital.example");
        context.Request.Path = path;
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = path;
        context.Request.ContentType = "application/x-www-form-urlencoded";
        context.Request.Body = new MemoryStream(
            Encoding.UTF8.GetBytes(
                string.Join('&', form.Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}"))
            )
        );
        spoil?.Invoke(context);
        using var body = new MemoryStream();
        context.Response.Body = body;
        await handler(_services.GetRequiredService<T>())(context);
        var text = Encoding.UTF8.GetString(body.ToArray());
        return new TokenReply(context.Response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text), context.Response.Headers);
    }
}

/// <summary>What the token service answered.</summary>
internal sealed record TokenReply(int Status, JsonNode? Json, IHeaderDictionary Headers)
{
    public string? Error => (string?)Json?["error"];

    public string Token => (string)Json!["access_token"]!;

    /// <summary>The claims of the token.</summary>
    public JsonNode Claims => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(Token.Split('.')[1]))!;
}
