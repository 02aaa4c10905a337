using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Composition;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>The admin API on Kestrel at a free loopback port, with one person per role.</summary>
internal sealed class AdminServer : IAsyncDisposable
{
    // The same for every server of the run: made once.
    private static ApiContract Contract = null!;

    private readonly WebApplication _app;
    private readonly HttpClient _http = new();
    private readonly Dictionary<string, string> _keys = [];

    private readonly IRegistryStore _registry;

    private AdminServer(
        WebApplication app,
        IRegistryStore registry,
        FakeTime time,
        FakeRegistryStore store,
        FakeJournal journal,
        FakeAuditStore trail,
        LogSink logs
    )
    {
        _app = app;
        _registry = registry;
        Time = time;
        Store = store;
        Journal = journal;
        Trail = trail;
        Logs = logs;
    }

    public FakeTime Time { get; }

    public FakeRegistryStore Store { get; }

    public FakeJournal Journal { get; }

    public FakeAuditStore Trail { get; }

    public LogSink Logs { get; }

    public IServiceProvider Services => _app.Services;

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<AdminServer> StartAsync(
        Action<AdminOptions>? configure = null,
        Action<WebApplication>? extra = null,
        IRegistryStore? registry = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? before = null
    )
    {
        var time = new FakeTime();
        var store = new FakeRegistryStore(time);
        var journal = new FakeJournal();
        var trail = new FakeAuditStore();
        var logs = new LogSink();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(logs).SetMinimumLevel(LogLevel.Trace);
        builder
            .Services.AddSingleton<TimeProvider>(time)
            .AddSingleton(registry ?? store)
            .AddSingleton<IAuditJournal>(journal)
            .AddSingleton<IAuditStore>(trail)
            .AddSingleton<IAuditReports>(new FakeAuditReports(trail));
        AdminServerPorts.Add(builder.Services, registry ?? store);
        var options = new AdminOptions();
        configure?.Invoke(options);
        builder.Services.AddPhiGatewayAdmin(options);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        before?.Invoke(app);
        app.MapPhiGatewayAdmin();
        extra?.Invoke(app);
        await app.StartAsync();
        var server = new AdminServer(app, registry ?? store, time, store, journal, trail, logs);
        server.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        foreach (
            var (person, roles) in new[]
            {
                ("vera", "viewer"),
                ("august", "auditor"),
                ("olga", "operator"),
                ("otto", "operator"),
                ("anna", "approver"),
                ("arno", "approver"),
                ("adam", "admin"),
                ("nora", "operator approver"),
            }
        )
        {
            await server.AddKeyAsync(person, roles.Split(' '));
        }

        Contract ??= new ApiContract((await server.ReadDocumentAsync()).Json);
        return server;
    }

    /// <summary>The OpenAPI document, as a viewer reads it.</summary>
    public async Task<AdminAnswer> ReadDocumentAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, "/openapi/v1.json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _keys["vera"]);
        using var response = await _http.SendAsync(request);
        return await AdminAnswer.OfAsync(response);
    }

    public async Task<string> AddKeyAsync(string person, params string[] roles)
    {
        var key = AdminKeyHash.NewKey();
        var entity = new AdminKey
        {
            Id = person,
            Person = person + "@hospital.example",
            Hash = AdminKeyHash.Of(key),
            Roles = roles,
            Created = Time.GetUtcNow(),
        };
        await _registry.WriteAsync(
            [new RegistryWrite(RegistryKind.AdminKey, person, RegistryJson.Serialize(entity), null)],
            "test",
            default
        );
        _keys[person] = key;
        return key;
    }

    /// <summary>For a second node on the same registry, which wrote the keys anew.</summary>
    public void UseKeysOf(AdminServer other)
    {
        foreach (var (person, key) in other._keys)
        {
            _keys[person] = key;
        }
    }

    public string KeyOf(string person) => _keys[person];

    public void UseKey(string person, string key) => _keys[person] = key;

    /// <summary>A key as an administrator makes it over HTTP, shown whole to that administrator.</summary>
    public async Task MakeKeyAsync(string maker, string person, string role)
    {
        var body = $$"""{"id":"{{person}}","person":"{{person}}@hospital.example","roles":["{{role}}"]}""";
        var made = await PostAsync("/admin/v1/admin-keys", body, maker);
        Assert.True(made.Status == 201, made.Text);
        _keys[person] = (string)made.Json["key"]!;
    }

    /// <summary>Calls as a person; null: without a credential.</summary>
    public async Task<AdminAnswer> SendAsync(
        string? person,
        string method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path));
        if (person is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _keys[person]);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _http.SendAsync(request);
        var answer = await AdminAnswer.OfAsync(response);
        Contract.Check(method, path, answer);
        return answer;
    }

    public Task<AdminAnswer> GetAsync(string path, string person = "vera") => SendAsync(person, "GET", path);

    public Task<AdminAnswer> PostAsync(string path, string body, string person = "olga", params (string Name, string Value)[] headers) =>
        SendAsync(person, "POST", path, body, headers);

    /// <summary>Changes a document that is there, with the ETag it has now; the path may have a query.</summary>
    public async Task<AdminAnswer> PatchAsync(string path, string body, string person = "olga")
    {
        var current = await GetAsync(path.Split('?')[0], person);
        return await SendAsync(person, "PATCH", path, body, ("If-Match", current.ETag!), ("Content-Type", "application/merge-patch+json"));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }
}

/// <summary>One answer, read completely.</summary>
internal sealed record AdminAnswer(int Status, string Text, string? ETag, string ContentType, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    public string[] Pointers => [.. Json["errors"]!.AsArray().Select(error => (string)error!["pointer"]!)];

    public static async Task<AdminAnswer> OfAsync(HttpResponseMessage response)
    {
        var headers = response
            .Headers.Concat(response.Content.Headers)
            .ToDictionary(pair => pair.Key, pair => string.Join(", ", pair.Value), StringComparer.OrdinalIgnoreCase);
        return new AdminAnswer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(),
            response.Headers.ETag?.ToString(),
            response.Content.Headers.ContentType?.ToString() ?? string.Empty,
            headers
        );
    }
}
