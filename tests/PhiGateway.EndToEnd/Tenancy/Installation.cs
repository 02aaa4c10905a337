using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>
/// A gateway process with routes, backends and issuers of a test's own, and a registry filled over the admin API by two people.
/// </summary>
public abstract class Installation : IAsyncLifetime
{
    private const string BootstrapKey = "phigw-test-bootstrap-key-3f6c1d0b9a7e4d52";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly List<IAsyncDisposable> _peers = [];

    internal GatewayProcess Gateway { get; private set; } = null!;

    internal AdminClient Mary { get; private set; } = null!;

    internal AdminClient Wei { get; private set; } = null!;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("phigw-e2e-").FullName;

    /// <summary>A date well ahead, for what must expire.</summary>
    internal static string Ahead => DateTime.UtcNow.AddDays(300).ToString("yyyy-MM-dd");

    /// <summary>Starts the peers and says what the configuration has beside the ordinary.</summary>
    private protected abstract Task<(JsonArray Issuers, JsonObject Proxy, JsonObject Gateway)> PrepareAsync(Uri data);

    /// <summary>Fills the registry beyond the administrators.</summary>
    private protected abstract Task FillAsync();

    public virtual async ValueTask InitializeAsync()
    {
        var (dataPort, adminPort) = (LoopbackPort.Free(), LoopbackPort.Free());
        var data = new Uri($"http://127.0.0.1:{dataPort}");
        var (issuers, proxy, further) = await PrepareAsync(data);
        await File.WriteAllTextAsync(Path.Combine(Folder, "bootstrap.key"), BootstrapKey);
        var options = new JsonObject
        {
            ["Environment"] = "production",
            ["Node"] = "gw-test",
            ["PublicBase"] = data.GetLeftPart(UriPartial.Authority),
            ["StopPause"] = "00:00:00",
            ["Listeners"] = new JsonObject
            {
                ["Data"] = data.GetLeftPart(UriPartial.Authority),
                ["Admin"] = $"http://127.0.0.1:{adminPort}",
            },
            ["Registry"] = new JsonObject { ["ConnectionString"] = $"Data Source={Path.Combine(Folder, "registry.db")}" },
            ["Audit"] = new JsonObject
            {
                ["Journal"] = new JsonObject { ["Directory"] = Path.Combine(Folder, "journal"), ["Budget"] = "256 MiB" },
                ["Store"] = new JsonObject { ["ConnectionString"] = $"Data Source={Path.Combine(Folder, "audit.db")}" },
            },
            ["Issuers"] = issuers,
            ["Limits"] = new JsonObject { ["RequestsPerSecond"] = 10_000 },
            ["Admin"] = new JsonObject { ["BootstrapKey"] = $"file:{Path.Combine(Folder, "bootstrap.key")}" },
            ["LogFile"] = Path.Combine(Folder, "gateway-.log"),
        };
        foreach (var (name, value) in further)
        {
            options[name] = value?.DeepClone();
        }

        Gateway = GatewayProcess.Prepare(
            Folder,
            dataPort,
            adminPort,
            new JsonObject { ["PhiGateway"] = options, ["ReverseProxy"] = proxy }.ToJsonString()
        );
        await Gateway.StartAsync();
        using var root = new AdminClient(Gateway.Admin, BootstrapKey);
        Mary = new AdminClient(
            Gateway.Admin,
            (string)
                (
                    await root.CreateAsync(
                        "admin-keys",
                        new
                        {
                            id = "mary",
                            person = "mary.smith@hospital.example",
                            roles = new[] { "operator", "auditor" },
                        }
                    )
                )["key"]!
        );
        Wei = new AdminClient(
            Gateway.Admin,
            (string)
                (
                    await root.CreateAsync(
                        "admin-keys",
                        new
                        {
                            id = "wei",
                            person = "li.wei@hospital.example",
                            roles = new[] { "approver", "auditor", "operator" },
                        }
                    )
                )["key"]!
        );
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Mary?.Dispose();
        Wei?.Dispose();
        _http.Dispose();
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        foreach (var peer in _peers)
        {
            await peer.DisposeAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>One call to the data plane.</summary>
    internal Task<Reply> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        string? token,
        string? body = null,
        string contentType = "application/fhir+json",
        string? host = null,
        params (string Name, string Value)[] headers
    ) =>
        Reply.AskAsync(
            _http,
            new HttpRequestMessage(method, Gateway.Data.GetLeftPart(UriPartial.Authority) + pathAndQuery) { Headers = { Host = host } },
            token,
            body,
            contentType,
            headers
        );

    internal Task<Reply> GetAsync(string pathAndQuery, string? token, string? host = null) =>
        SendAsync(HttpMethod.Get, pathAndQuery, token, host: host);

    /// <summary>The trail's records of one decision; asked for until they were shipped.</summary>
    internal Task<IReadOnlyList<JsonNode>> TrailAsync(string decisionId, int atLeast = 1) => Wei.TrailAsync(decisionId, atLeast);

    /// <summary>A client of an issuer; ends with the installation.</summary>
    internal static IdentityProviderClient NewClient(
        string id,
        string? tenant = null,
        string scope = "system/*.cruds system/*.rs system/Patient.rs system/Observation.rs"
    )
    {
        var claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") };
        if (tenant is not null)
        {
            claims["tenant"] = tenant;
        }

        return new IdentityProviderClient(id, scope) { ClientSecret = $"{id}-secret-for-tests-0123456789", Claims = claims };
    }

    /// <summary>Keeps a peer until the end.</summary>
    internal T Keep<T>(T peer)
        where T : IAsyncDisposable
    {
        _peers.Add(peer);
        return peer;
    }

    internal static JsonObject IssuerOf(string name, IdentityProvider provider, string audience) =>
        new()
        {
            ["Name"] = name,
            ["Issuer"] = provider.Issuer,
            ["Audience"] = audience,
            ["Algorithms"] = new JsonArray("ES256"),
            ["Environment"] = "production",
        };

    internal static JsonObject Route(
        string cluster,
        string path,
        string tenant,
        string kind = "fhir-r4",
        string? host = null,
        params (string Key, string Value)[] metadata
    )
    {
        var match = new JsonObject { ["Path"] = path + "/{**rest}" };
        if (host is not null)
        {
            match["Hosts"] = new JsonArray(host);
        }

        var named = new JsonObject
        {
            ["Phi.Kind"] = kind,
            ["Phi.Base"] = path,
            ["Phi.Tenant"] = tenant,
        };
        foreach (var (key, value) in metadata)
        {
            named[key] = value;
        }

        return new JsonObject
        {
            ["ClusterId"] = cluster,
            ["Match"] = match,
            ["Metadata"] = named,
        };
    }

    internal JsonObject Cluster(string address, string? authorization = null)
    {
        var cluster = new JsonObject { ["Destinations"] = new JsonObject { ["a"] = new JsonObject { ["Address"] = address } } };
        if (authorization is not null)
        {
            var file = Path.Combine(Folder, Path.GetRandomFileName());
            File.WriteAllText(file, authorization);
            cluster["Metadata"] = new JsonObject { ["Phi.Credential"] = $"file:{file}" };
        }

        return cluster;
    }

    /// <summary>A use case, approved.</summary>
    internal async Task ApproveAsync(string id, string organization, string[] tenants, params object[] grants)
    {
        await Mary.CreateAsync(
            "use-cases",
            new
            {
                id,
                title = $"Use {id}",
                owner = "mary.smith@hospital.example",
                organization,
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants,
                expires = Ahead,
                grants,
            }
        );
        await Wei.PostSeenAsync($"use-cases/{id}", "approve");
    }

    /// <summary>A client, admitted.</summary>
    internal async Task AdmitAsync(string client, string useCase, string issuer, params string[] tenants)
    {
        await Mary.CreateAsync(
            "clients",
            new
            {
                id = client,
                useCase,
                owner = "mary.smith@hospital.example",
                environment = "production",
                tenants,
            }
        );
        await Mary.CreateAsync(
            "credentials",
            new
            {
                id = $"{client}-oidc",
                client,
                issuer,
                clientId = client,
            }
        );
        await Mary.PostAsync($"clients/{client}:attest");
        await Mary.PostAsync($"clients/{client}:submit");
        var posture = await Wei.GetAsync($"clients/{client}/posture");
        await Wei.PostAsync($"clients/{client}:approve", new { fingerprint = (string)posture["fingerprint"]! });
    }
}
