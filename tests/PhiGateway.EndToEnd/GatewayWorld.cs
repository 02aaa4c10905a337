using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// A whole installation made of real parts: identity provider, FHIR server, gateway process, registry filled over the admin API by two
/// people.
/// </summary>
public abstract class GatewayWorld : IAsyncLifetime
{
    private const string BootstrapKey = "phigw-test-bootstrap-key-3f6c1d0b9a7e4d52";

    private readonly HttpClient _http = new(TlsFiles.Trusting());
    private string _folder = string.Empty;

    internal GatewayProcess Gateway { get; private set; } = null!;

    internal FhirServer Backend { get; private set; } = null!;

    internal IdentityProvider Issuer { get; private set; } = null!;

    /// <summary>Where the web app lives that browsers may let read.</summary>
    internal const string AppOrigin = "https://app.hospital.example";

    /// <summary>Mary sets things up.</summary>
    internal AdminClient Mary { get; private set; } = null!;

    /// <summary>Li Wei approves.</summary>
    internal AdminClient Wei { get; private set; } = null!;

    /// <summary>The FHIR base that clients use.</summary>
    internal string Base => $"{Gateway.Data.GetLeftPart(UriPartial.Authority)}/fhir";

    internal string Folder => _folder;

    /// <summary>The lab vendor: laboratory Observations and DiagnosticReports of patients on its roster.</summary>
    internal IdentityProviderClient Lab { get; } = NewClient("acme-lab-connector", "TREAT");

    /// <summary>The hospital's own ward application: any patient, also restricted.</summary>
    internal IdentityProviderClient Ward { get; } = NewClient("ward-app", "TREAT");

    /// <summary>The hospital's quality registry: exports Observations and Patients on the same roster, nothing else.</summary>
    internal IdentityProviderClient Exporter { get; } = NewClient("quality-registry", "TREAT");

    /// <summary>Known to the identity provider and to nobody else.</summary>
    internal IdentityProviderClient Stranger { get; } = NewClient("stranger", "TREAT");

    private protected abstract string Provider { get; }

    /// <summary>Further clients that the identity provider knows; whoever adds them admits them.</summary>
    private protected virtual IReadOnlyList<IdentityProviderClient> MoreClients => [];

    /// <summary>From where the EHR launches apps; by default from nowhere.</summary>
    private protected virtual JsonObject Launches => [];

    /// <summary>What the node sends and shows of itself; by default nothing.</summary>
    private protected virtual object Telemetry => new { };

    /// <summary>Starts the clinical system.</summary>
    private protected virtual Task<FhirServer> StartBackendAsync(string authorization) => FhirServer.StartAsync(authorization);

    /// <summary>Changes a node's configuration before it is written; by default nothing.</summary>
    private protected virtual void Shape(JsonObject configuration) { }

    /// <summary>Changes how the first node is started; by default nothing.</summary>
    private protected virtual void Prepare(GatewayProcess node) { }

    private protected virtual Task<(string Registry, string Audit)> CreateStoresAsync() =>
        Task.FromResult(($"Data Source={Path.Combine(_folder, "registry.db")}", $"Data Source={Path.Combine(_folder, "audit.db")}"));

    public virtual async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("phigw-e2e-").FullName;
        var (dataPort, adminPort) = (LoopbackPort.Free(), LoopbackPort.Free());
        // None of the three needs another, and each takes a second or more.
        var issuing = IdentityProvider.StartAsync(
            new IdentityProviderConfig($"http://127.0.0.1:{dataPort}/fhir", [Lab, Ward, Exporter, Stranger, .. MoreClients])
            {
                Launches = Launches,
            }
        );
        var storing = CreateStoresAsync();
        Backend = await StartBackendAsync("Bearer backend-secret");
        Issuer = await issuing;
        var (registry, audit) = await storing;
        await File.WriteAllTextAsync(Path.Combine(_folder, "registry.connection"), registry);
        await File.WriteAllTextAsync(Path.Combine(_folder, "audit.connection"), audit);
        await File.WriteAllTextAsync(Path.Combine(_folder, "backend.authorization"), "Bearer backend-secret");
        await File.WriteAllTextAsync(Path.Combine(_folder, "bootstrap.key"), BootstrapKey);
        Gateway = GatewayProcess.Prepare(
            _folder,
            dataPort,
            adminPort,
            Configuration("gw-test", _folder, dataPort, adminPort, dataPort, TimeSpan.FromMinutes(15))
        );
        Prepare(Gateway);
        await Gateway.StartAsync();
        await FillAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Mary?.Dispose();
        Wei?.Dispose();
        _http.Dispose();
        if (Gateway is not null)
        {
            await Gateway.DisposeAsync();
        }

        if (Issuer is not null)
        {
            await Issuer.DisposeAsync();
        }

        if (Backend is not null)
        {
            await Backend.DisposeAsync();
        }

        if (_folder.Length > 0)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Another node on the same stores, not started; its files are in a folder of its own.</summary>
    internal GatewayProcess PrepareNode(string name, TimeSpan? maxSnapshotAge = null)
    {
        var (dataPort, adminPort) = (LoopbackPort.Free(), LoopbackPort.Free());
        var folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        return GatewayProcess.Prepare(
            folder,
            dataPort,
            adminPort,
            Configuration(name, folder, dataPort, adminPort, Gateway.Data.Port, maxSnapshotAge ?? TimeSpan.FromMinutes(15))
        );
    }

    internal Task<string> TokenAsync(IdentityProviderClient client, string? scope = null) => Issuer.TokenAsync(client, scope);

    /// <summary>One call to the data plane.</summary>
    internal Task<Reply> SendAsync(
        HttpMethod method,
        string pathAndQuery,
        string? token,
        string? body = null,
        string contentType = "application/fhir+json",
        params (string Name, string Value)[] headers
    ) => SendToAsync(Gateway, method, pathAndQuery, token, body, contentType, headers);

    /// <summary>One read from a certain node.</summary>
    internal Task<Reply> GetFromAsync(GatewayProcess node, string pathAndQuery, string? token) =>
        SendToAsync(node, HttpMethod.Get, pathAndQuery, token, null, "application/fhir+json", []);

    /// <summary>Puts a resource straight into the clinical system.</summary>
    internal async Task PutAsync(string type, string id, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"{Backend.Base}/{type}/{id}");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer backend-secret");
        request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/fhir+json");
        using var answer = await _http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private Task<Reply> SendToAsync(
        GatewayProcess node,
        HttpMethod method,
        string pathAndQuery,
        string? token,
        string? body,
        string contentType,
        (string Name, string Value)[] headers
    ) =>
        Reply.AskAsync(
            _http,
            new HttpRequestMessage(method, new Uri(node.Data, "/fhir" + pathAndQuery)),
            token,
            body,
            contentType,
            headers
        );

    internal Task<Reply> GetAsync(string pathAndQuery, string? token) => SendAsync(HttpMethod.Get, pathAndQuery, token);

    /// <summary>The trail's records of one decision, the decision first; asked for until it was shipped.</summary>
    internal Task<IReadOnlyList<JsonNode>> TrailAsync(string decisionId, int atLeast = 1) => Wei.TrailAsync(decisionId, atLeast);

    private static IdentityProviderClient NewClient(string id, string purpose) =>
        new(
            id,
            "system/*.cruds system/*.rs system/Patient.rs system/Observation.rs system/Observation.cs "
                + "system/Observation.crs system/Observation.cud system/Observation.cuds"
        )
        {
            ClientSecret = $"{id}-secret-for-tests-0123456789",
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray(purpose) },
        };

    private string Configuration(string node, string folder, int dataPort, int adminPort, int audiencePort, TimeSpan maxSnapshotAge)
    {
        var configuration = JsonSerializer
            .SerializeToNode(Whole(node, folder, dataPort, adminPort, audiencePort, maxSnapshotAge))!
            .AsObject();
        Shape(configuration);
        return configuration.ToJsonString();
    }

    private Dictionary<string, object> Whole(
        string node,
        string folder,
        int dataPort,
        int adminPort,
        int audiencePort,
        TimeSpan maxSnapshotAge
    ) =>
        new Dictionary<string, object>
        {
            ["PhiGateway"] = new
            {
                Environment = "production",
                Node = node,
                PublicBase = $"http://127.0.0.1:{dataPort}",
                // No balancer has to turn away first, unless a world has one.
                StopPause = "00:00:00",
                Listeners = new { Data = $"http://127.0.0.1:{dataPort}", Admin = $"http://127.0.0.1:{adminPort}" },
                Registry = new
                {
                    Provider,
                    ConnectionString = $"file:{Path.Combine(_folder, "registry.connection")}",
                    LastGoodFile = Path.Combine(folder, "registry.last-good"),
                    MaxSnapshotAge = maxSnapshotAge.ToString(),
                },
                Audit = new
                {
                    Journal = new { Directory = Path.Combine(folder, "journal"), Budget = "256 MiB" },
                    Store = new { Provider, ConnectionString = $"file:{Path.Combine(_folder, "audit.connection")}" },
                },
                Issuers = new[]
                {
                    new
                    {
                        Name = "hospital-idp",
                        Issuer = Issuer.Issuer,
                        Audience = $"http://127.0.0.1:{audiencePort}/fhir",
                        Algorithms = new[] { "ES256" },
                        Environment = "production",
                    },
                },
                Limits = new { RequestsPerSecond = 10_000 },
                Admin = new { BootstrapKey = $"file:{Path.Combine(_folder, "bootstrap.key")}" },
                Telemetry,
                LogFile = Path.Combine(folder, "gateway-.log"),
            },
            ["ReverseProxy"] = new Dictionary<string, object>
            {
                ["Routes"] = new Dictionary<string, object>
                {
                    ["fhir"] = new Dictionary<string, object>
                    {
                        ["ClusterId"] = "ehr",
                        ["Match"] = new { Path = "/fhir/{**rest}" },
                        ["Metadata"] = new Dictionary<string, string>
                        {
                            ["Phi.Kind"] = "fhir-r4",
                            ["Phi.Base"] = "/fhir",
                            ["Phi.Tenant"] = "north",
                            ["Phi.Origins"] = AppOrigin,
                        },
                    },
                },
                ["Clusters"] = new Dictionary<string, object>
                {
                    ["ehr"] = new Dictionary<string, object>
                    {
                        ["Destinations"] = new Dictionary<string, object> { ["a"] = new { Address = Backend.Base } },
                        ["Metadata"] = new Dictionary<string, string>
                        {
                            ["Phi.Credential"] = $"file:{Path.Combine(_folder, "backend.authorization")}",
                        },
                    },
                },
            },
        };

    /// <summary>A further administrator, with a key of these roles.</summary>
    internal async Task<AdminClient> AddAdministratorAsync(string id, params string[] roles)
    {
        using var root = new AdminClient(Gateway.Admin, BootstrapKey);
        var made = await root.CreateAsync(
            "admin-keys",
            new
            {
                id,
                person = $"{id}@hospital.example",
                roles,
            }
        );
        return new AdminClient(Gateway.Admin, made["key"]!.GetValue<string>());
    }

    // As an operator and an approver would: over HTTP, each with a key of their own.
    private async Task FillAsync()
    {
        using var root = new AdminClient(Gateway.Admin, BootstrapKey);
        Mary = new AdminClient(
            Gateway.Admin,
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
            )["key"]!.GetValue<string>()
        );
        Wei = new AdminClient(
            Gateway.Admin,
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
            )["key"]!.GetValue<string>()
        );

        await HospitalRegistry.FillAsync(Mary, Wei);
        await AdmitAsync(Lab.ClientId, "lab-results");
        await AdmitAsync(Ward.ClientId, "ward-charting");
        await AdmitAsync(Exporter.ClientId, "quality-export");
    }

    /// <summary>One administrator more, with a role.</summary>
    private protected async Task<AdminClient> AddKeyAsync(string id, string role)
    {
        using var root = new AdminClient(Gateway.Admin, BootstrapKey);
        var body = new
        {
            id,
            person = id + "@hospital.example",
            roles = new[] { role },
        };
        return new AdminClient(Gateway.Admin, (await root.CreateAsync("admin-keys", body))["key"]!.GetValue<string>());
    }

    private protected async Task AdmitAsync(string client, string useCase, params string[] requires)
    {
        await Mary.CreateAsync(
            "clients",
            new
            {
                id = client,
                useCase,
                owner = "mary.smith@hospital.example",
                environment = "production",
                requires,
            }
        );
        await Mary.CreateAsync(
            "credentials",
            new
            {
                id = $"{client}-oidc",
                client,
                issuer = "hospital-idp",
                clientId = client,
            }
        );
        await Mary.PostAsync($"clients/{client}:attest");
        await Mary.PostAsync($"clients/{client}:submit");
        var posture = await Wei.GetAsync($"clients/{client}/posture");
        await Wei.PostAsync($"clients/{client}:approve", new { fingerprint = posture["fingerprint"]!.GetValue<string>() });
    }
}
