using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Yarp.ReverseProxy.Configuration;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>What the gateway is measured against: YARP as it comes, alone or behind JwtBearer as its documentation sets it up.</summary>
internal static class YarpPeer
{
    public static async Task RunAsync(string kind, int port, string backend, string folder, LoadSurroundings around)
    {
        await using var app = await BuildAsync(kind, port, backend, folder, around);
        await app.RunAsync();
    }

    /// <summary>The peer, not yet started.</summary>
    public static async Task<WebApplication> BuildAsync(
        string kind,
        int port,
        string backend,
        string folder,
        LoadSurroundings? around = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                IPAddress.Loopback,
                port,
                listener =>
                {
                    if (around?.Certificate is { } certificate)
                    {
                        listener.UseHttps(X509Certificate2.CreateFromPemFile(certificate, around.CertificateKey));
                    }
                }
            )
        );
        var route = new RouteConfig
        {
            RouteId = "fhir",
            ClusterId = "backend",
            Match = new RouteMatch { Path = "/{**rest}" },
            AuthorizationPolicy = kind == "yarp-jwt" ? "default" : null,
        };
        var cluster = new ClusterConfig
        {
            ClusterId = "backend",
            Destinations = new Dictionary<string, DestinationConfig> { ["a"] = new() { Address = backend } },
        };
        builder.Services.AddReverseProxy().LoadFromMemory([route], [cluster]);
        if (kind == "yarp-jwt")
        {
            var keys = new JsonWebKeySet(await File.ReadAllTextAsync(Path.Combine(folder, "jwks.json")));
            builder
                .Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
                .AddJwtBearer(options =>
                {
                    options.TokenValidationParameters = new TokenValidationParameters
                    {
                        ValidIssuer = LoadFixture.Issuer,
                        ValidAudience = LoadFixture.Audience,
                        ValidAlgorithms = ["RS256"],
                        IssuerSigningKeys = keys.GetSigningKeys(),
                    };
                });
            builder.Services.AddAuthorization();
        }

        var app = builder.Build();
        if (kind == "yarp-jwt")
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }

        app.MapReverseProxy();
        return app;
    }
}
