using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>A world whose gateway issues tokens itself, to one client that has to prove a key and to one that has not.</summary>
public sealed class TokenServiceWorld : GatewayWorld
{
    internal const string Plain = "bed-board";
    internal const string Bound = "pump-feed";

    /// <summary>Where it issues; its <c>iss</c>.</summary>
    internal string Auth { get; } = $"http://127.0.0.1:{LoopbackPort.Free()}";

    internal SigningKey PlainKey { get; } = SigningKey.Es384("bed-board-1");

    internal SigningKey BoundKey { get; } = SigningKey.Rs384("pump-feed-1");

    /// <summary>The authority of the trust community that the gateway belongs to.</summary>
    internal X509Certificate2 Community { get; } = UdapCertificates.Authority();

    private protected override string Provider => "Sqlite";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await AdmitAsync(Mary, Wei, Plain, PlainKey, []);
        await AdmitAsync(Mary, Wei, Bound, BoundKey, ["dpop"]);
    }

    private protected override void Shape(JsonObject configuration)
    {
        var secret = Path.Combine(Folder, "signing.secret");
        File.WriteAllText(secret, "a secret for signing keys in tests, 32 and more");
        var gateway = configuration["PhiGateway"]!.AsObject();
        var (certificate, key) = (Path.Combine(Folder, "udap.pem"), Path.Combine(Folder, "udap.key"));
        var yesterday = DateTimeOffset.UtcNow.AddDays(-1);
        UdapCertificates.Write(Community, certificate, key, $"{gateway["PublicBase"]}/fhir", hours: 72, from: yesterday);
        gateway["TokenService"] = new JsonObject
        {
            ["Listener"] = Auth,
            ["Issuer"] = Auth,
            ["Audience"] = $"{gateway["PublicBase"]}/fhir",
            ["KeyDirectory"] = Path.Combine(Folder, "signing"),
            ["KeySecret"] = $"file:{secret}",
            ["Udap"] = new JsonObject { ["Certificate"] = certificate, ["Key"] = $"file:{key}" },
        };
    }

    /// <summary>Registers a client of the token service, which signs with a key, and has it approved, as two people do.</summary>
    internal static Task AdmitAsync(AdminClient mary, AdminClient wei, string client, SigningKey key, string[] requires)
    {
        var jwk = key.PublicJwk();
        jwk.Remove("use");
        jwk.Remove("alg");
        return AdmitAsync(
            mary,
            wei,
            client,
            requires,
            new
            {
                id = $"{client}-oidc",
                client,
                issuer = "phi-gateway",
                clientId = client,
            },
            new
            {
                id = $"{client}-key",
                client,
                kind = "client-key",
                issuer = "phi-gateway",
                clientId = client,
                jwk,
            }
        );
    }

    /// <summary>Registers a client with these credentials and has it approved.</summary>
    internal static async Task AdmitAsync(AdminClient mary, AdminClient wei, string client, string[] requires, params object[] credentials)
    {
        await mary.CreateAsync(
            "clients",
            new
            {
                id = client,
                useCase = "ward-charting",
                owner = "mary.smith@hospital.example",
                environment = "production",
                requires,
            }
        );
        foreach (var credential in credentials)
        {
            await mary.CreateAsync("credentials", credential);
        }

        await mary.PostAsync($"clients/{client}:attest");
        await mary.PostAsync($"clients/{client}:submit");
        var posture = await wei.GetAsync($"clients/{client}/posture");
        await wei.PostAsync($"clients/{client}:approve", new { fingerprint = posture["fingerprint"]!.GetValue<string>() });
    }
}
