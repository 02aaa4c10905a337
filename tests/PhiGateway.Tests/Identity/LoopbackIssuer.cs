using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Common.Identity;

namespace PhiGateway.Tests.Identity;

/// <summary>An issuer on a real socket that publishes what a test tells it to.</summary>
internal sealed class LoopbackIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _fetches;
    private int _introspections;

    private LoopbackIssuer(WebApplication app) => _app = app;

    public string Issuer { get; private set; } = string.Empty;

    /// <summary>Body of the JWKS document.</summary>
    public string Jwks { get; set; } = "{\"keys\":[]}";

    /// <summary>The discovery document; default: a correct one.</summary>
    public Func<LoopbackIssuer, string> Discovery { get; set; } =
        static issuer => $$"""{"issuer":"{{issuer.Issuer}}","jwks_uri":"{{issuer.Issuer}}/jwks"}""";

    /// <summary>The answer about any token, and its media type.</summary>
    public string Introspection { get; set; } = """{"active":false}""";

    public string IntrospectionType { get; set; } = "application/json";

    /// <summary>How often it was asked about a token, the last time by whom and what.</summary>
    public int Introspections => Volatile.Read(ref _introspections);

    public string? AskedBy { get; private set; }

    public string? Asked { get; private set; }

    /// <summary>Status of every document.</summary>
    public int Status { get; set; } = 200;

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    public IssuerOptions Options =>
        new()
        {
            Name = "loopback-idp",
            Issuer = Issuer,
            Audience = IdentityHost.Audience,
            Algorithms = ["ES256", "RS256"],
            Environment = "production",
        };

    public static async Task<LoopbackIssuer> StartAsync(params IEnumerable<SigningKey> keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var issuer = new LoopbackIssuer(builder.Build()) { Jwks = SigningKey.Jwks(keys) };
        issuer._app.MapGet("/.well-known/openid-configuration", () => issuer.Answer(issuer.Discovery(issuer)));
        issuer._app.MapGet(
            "/jwks",
            () =>
            {
                Interlocked.Increment(ref issuer._fetches);
                return issuer.Answer(issuer.Jwks);
            }
        );
        issuer._app.MapPost(
            "/introspect",
            async (HttpContext http) =>
            {
                Interlocked.Increment(ref issuer._introspections);
                using var reader = new StreamReader(http.Request.Body);
                (issuer.AskedBy, issuer.Asked) = (http.Request.Headers.Authorization, await reader.ReadToEndAsync());
                return issuer.Answer(issuer.Introspection, issuer.IntrospectionType);
            }
        );
        await issuer._app.StartAsync();
        issuer.Issuer = issuer._app.Urls.First();
        return issuer;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Answer(string body, string type = "application/json") =>
        Status switch
        {
            200 => Results.Content(body, type),
            302 => Results.Redirect("/jwks"),
            _ => Results.StatusCode(Status),
        };
}
