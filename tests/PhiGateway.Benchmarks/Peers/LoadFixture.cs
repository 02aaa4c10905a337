using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Benchmarks.Fleet;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;

namespace PhiGateway.Benchmarks.Peers;

/// <summary>Makes the files of the load benchmark: keys, a token, a registry, the gateway's configuration.</summary>
internal static class LoadFixture
{
    public const string Issuer = "http://127.0.0.1/bench-idp";

    public const string Audience = "http://127.0.0.1/fhir";

    /// <param name="folder">Where they are written.</param>
    /// <param name="gatewayPort">Of the data plane.</param>
    /// <param name="adminPort">Of the control plane.</param>
    /// <param name="backend">Address of the clinical system.</param>
    /// <param name="tokens">Where the gateway issues tokens itself, and the key of the client that asks for them; null: it does not.</param>
    /// <param name="around">What is otherwise than usual; null: nothing.</param>
    public static async Task PrepareAsync(
        string folder,
        int gatewayPort,
        int adminPort,
        string backend,
        (string Auth, PublicJwk Key)? tokens = null,
        LoadSurroundings? around = null
    )
    {
        around ??= new LoadSurroundings();
        Directory.CreateDirectory(folder);
        using var rsa = RSA.Create(2048);
        var publicKey = rsa.ExportParameters(false);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "jwks.json"),
            JsonSerializer.Serialize(
                new
                {
                    keys = new[]
                    {
                        new
                        {
                            kty = "RSA",
                            alg = "RS256",
                            use = "sig",
                            kid = "bench-1",
                            n = Base64UrlEncoder.Encode(publicKey.Modulus),
                            e = Base64UrlEncoder.Encode(publicKey.Exponent),
                        },
                    },
                }
            )
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "public.pem"), rsa.ExportSubjectPublicKeyInfoPem());
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), Token(rsa));
        await SeedAsync(around.StoreOf(folder, "registry"), tokens?.Key, around);
        // Apart from the data: a configuration file is watched together with its folder.
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        var configuration = JsonSerializer.SerializeToNode(Configuration(folder, gatewayPort, adminPort, backend, around))!;
        if (tokens is { } own)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "signing.secret"), "a secret for signing keys in benchmarks");
            configuration["PhiGateway"]!["TokenService"] = new JsonObject
            {
                ["Listener"] = own.Auth,
                ["Issuer"] = own.Auth,
                ["Audience"] = Audience,
                ["KeyDirectory"] = Path.Combine(folder, "signing"),
                ["KeySecret"] = $"file:{Path.Combine(folder, "signing.secret")}",
                // One client asks for everything here: its own bound is not what is measured.
                ["RequestsPerSecond"] = 100_000,
                ["Concurrency"] = 1000,
            };
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "etc", "gateway.json"), configuration.ToJsonString());
    }

    private static string Token(RSA rsa)
    {
        var now = DateTime.UtcNow;
        return new JsonWebTokenHandler().CreateToken(
            new SecurityTokenDescriptor
            {
                TokenType = "at+jwt",
                Issuer = Issuer,
                Audience = Audience,
                IssuedAt = now,
                NotBefore = now,
                Expires = now.AddHours(6),
                Claims = new Dictionary<string, object>
                {
                    ["sub"] = "bench",
                    ["client_id"] = "bench",
                    ["jti"] = Guid.NewGuid().ToString(),
                    ["scope"] = "system/*.rs",
                },
                SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = "bench-1" }, SecurityAlgorithms.RsaSha256),
            }
        );
    }

    private static async Task SeedAsync(StorageOptions store, PublicJwk? key, LoadSurroundings around)
    {
        await using var storage = RegistryStorage.Create(store);
        await storage.Migrator.MigrateAsync(CancellationToken.None);
        if (around.Clients > 0)
        {
            await FleetRegistry.FillAsync(storage, around.Clients, around.Members);
        }

        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        IRegistryEntity[] entities =
        [
            new Organization
            {
                Id = "bench-lab",
                Kind = OrganizationKind.Vendor,
                Name = "Bench",
            },
            new Agreement
            {
                Id = "bench-baa",
                Kind = AgreementKind.Baa,
                Organization = "bench-lab",
                Effective = today.AddDays(-1),
                Expires = today.AddDays(90),
                Jurisdictions = ["US"],
            },
            new Roster { Id = "bench-roster" },
            new UseCase
            {
                Id = "bench-use",
                Title = "Load",
                Owner = "owner@bench.example",
                Agreement = "bench-baa",
                Organization = "bench-lab",
                Purposes = ["TREAT"],
                Environment = "bench",
                Tenants = ["bench"],
                Expires = today.AddDays(60),
                Status = UseCaseStatus.Approved,
                Grants =
                [
                    new Grant
                    {
                        Types = ["Observation", "Patient"],
                        Interactions = ["read", "search"],
                        Patients = new PatientScope { Roster = "bench-roster" },
                    },
                ],
            },
            new Client
            {
                Id = "bench",
                UseCase = "bench-use",
                Owner = "owner@bench.example",
                OwnerConfirmed = today,
                Environment = "bench",
                Status = ClientStatus.Active,
                MaxTokenLifetimeSeconds = 86_400,
                Limits = new ClientLimits { RequestsPerSecond = 1_000_000, Concurrency = 10_000 },
            },
            new Credential
            {
                Id = "bench-oidc",
                Client = "bench",
                Issuer = "bench-idp",
                ClientId = "bench",
                Created = today,
                RotateBy = today.AddDays(30),
            },
            .. key is null
                ? (IRegistryEntity[])[]
                :
                [
                    new Credential
                    {
                        Id = "bench-own",
                        Client = "bench",
                        Issuer = "phi-gateway",
                        ClientId = "bench",
                    },
                    new Credential
                    {
                        Id = "bench-key",
                        Client = "bench",
                        Kind = CredentialKind.ClientKey,
                        Issuer = "phi-gateway",
                        ClientId = "bench",
                        Jwk = key,
                    },
                ],
        ];
        await GatewaySetup.WriteAsync(storage, entities, "bench");
        await storage.Store.PutMembersAsync([new RosterMember("bench-roster", PatientId.Parse("p1"))], "bench", CancellationToken.None);
        var snapshot = new RegistrySnapshotBuilder().Rebuild(await storage.Source.LoadAllAsync(CancellationToken.None));
        var approval = new Approval
        {
            Id = "bench-1",
            Client = "bench",
            RequestedBy = "a@bench.example",
            ApprovedBy = "b@bench.example",
            ApprovedAt = DateTimeOffset.UtcNow,
            Fingerprint = snapshot.FindClientById("bench")!.Fingerprint,
        };
        await GatewaySetup.WriteAsync(storage, [approval], "bench");
    }

    private static object Configuration(string folder, int gatewayPort, int adminPort, string backend, LoadSurroundings around) =>
        new Dictionary<string, object>
        {
            ["PhiGateway"] = new
            {
                Environment = "bench",
                Node = "bench",
                PublicBase = $"{around.Scheme}://127.0.0.1:{gatewayPort}",
                Listeners = new
                {
                    Data = $"{around.Scheme}://127.0.0.1:{gatewayPort}",
                    Admin = $"http://127.0.0.1:{adminPort}",
                    CertificatePath = around.Certificate,
                    CertificateKeyPath = around.CertificateKey,
                },
                Registry = Configured(folder, "registry", around),
                Audit = new
                {
                    Journal = new { Directory = Path.Combine(folder, "journal"), Budget = "8 GiB" },
                    Store = Configured(folder, "audit", around),
                },
                Issuers = new[]
                {
                    new
                    {
                        Name = "bench-idp",
                        Issuer,
                        Audience,
                        Algorithms = new[] { "RS256" },
                        Environment = "bench",
                        Jwks = Path.Combine(folder, "jwks.json"),
                        MaxTokenLifetime = "12:00:00",
                        Claims = new { Purpose = "registry" },
                    },
                },
                Limits = new { RequestsPerSecond = 1_000_000, Concurrency = 100_000 },
            },
            ["ReverseProxy"] = GatewaySetup.ReverseProxyTo(backend, "bench"),
        };

    // Where there may be a password in it, the gateway takes a connection string from a file only.
    private static object Configured(string folder, string name, LoadSurroundings around)
    {
        var store = around.StoreOf(folder, name);
        if (store.Provider == StorageProvider.Sqlite)
        {
            return new { Provider = "Sqlite", store.ConnectionString };
        }

        var file = Path.Combine(folder, name + ".connection");
        File.WriteAllText(file, store.ConnectionString);
        return new { Provider = $"{store.Provider}", ConnectionString = "file:" + file };
    }
}
