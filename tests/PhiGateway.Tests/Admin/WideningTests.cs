using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// While a path is open, it permits no more than two persons approved, whatever one person with every role does and in whatever order; and
/// nothing that the gateway tells of that person goes away by their own hand.
/// </summary>
public sealed class WideningTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";
    private const string Certificate = "/admin/v1/credentials/acme-mtls";
    private const string Marked = "?carry_approval=true";

    // What this node gives a client without limits of its own.
    private static readonly ClientLimits Node = new() { RequestsPerSecond = 100, Concurrency = 64 };

    public static TheoryData<int> Seeds =>
        [
            .. Enumerable.Range(1, 8).Select(static seed => new TheoryDataRow<int>(seed)),
            .. Enumerable.Range(9, 8).Select(static seed => new TheoryDataRow<int>(seed).WithTrait("Size", "Large")),
        ];

    /// <summary>What was taken for narrower and is more.</summary>
    public static TheoryData<string, string, string> NotNarrower =>
        new()
        {
            { "a limit above the node's own", Client, """{"limits":{"requestsPerSecond":1000000}}""" },
            { "requests at once above the node's own", Client, """{"limits":{"concurrency":65}}""" },
            {
                "a type that other records hold is named no more",
                UseCase,
                """{"grants":[{"types":["Observation"],"interactions":["read","search"],"patients":{"roster":"acme-orders"}}]}"""
            },
        };

    /// <summary>What is narrower, beside each.</summary>
    public static TheoryData<string, string, string> Narrower =>
        new()
        {
            { "a limit below the node's own", Client, """{"limits":{"requestsPerSecond":99}}""" },
            { "requests at once as the node's own", Client, """{"limits":{"concurrency":64}}""" },
            {
                "another use of the type that other records hold",
                UseCase,
                """
                    {"grants":[{"types":["Observation"],"interactions":["read","search"],"patients":{"roster":"acme-orders"}},
                    {"types":["Specimen"],"interactions":["read"],"patients":{"roster":"acme-orders"},"elements":["type"]}]}
                    """
            },
        };

    [Theory]
    [MemberData(nameof(NotNarrower))]
    public async Task Carry_OfWhatIsNotNarrower_IsRefused(string what, string path, string change)
    {
        await using var server = await OpenAsync();
        var refused = await server.PatchAsync(path + Marked, change, "nora");
        Assert.True((409, "not-narrowing") == (refused.Status, refused.Code), $"{what}: {refused.Text}");
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [MemberData(nameof(Narrower))]
    public async Task Carry_OfWhatIsNarrower_KeepsThePathOpen(string what, string path, string change)
    {
        await using var server = await OpenAsync();
        var carried = await server.PatchAsync(path + Marked, change, "nora");
        Assert.True(carried.Status == 200, $"{what}: {carried.Text}");
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData("""{"overlapUntil":"2099-01-01T00:00:00Z"}""")]
    [InlineData("""{"overlapUntil":"2026-05-05T12:00:00Z"}""")]
    [InlineData("""{"overlapUntil":null}""")]
    public async Task Overlap_MadeLonger_IsASecondKey_AndWaitsForAnApprover(string longer)
    {
        await using var server = await OpenAsync();
        await RotateAsync(server, "nora");
        Assert.True(await IsOpenAsync(server));

        var patched = await server.PatchAsync(Certificate, longer, "nora");
        Assert.Equal(200, patched.Status);
        Assert.True((bool)patched.Json["meta"]!["paths"]![0]!["approval_taken"]!, patched.Text);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Overlap_MadeShorter_IsOnePersonsAct()
    {
        await using var server = await OpenAsync();
        await RotateAsync(server, "nora");
        var soon = server.Time.Now.AddMinutes(5).ToString("O");
        Assert.Equal(200, (await server.PatchAsync(Certificate, $$"""{"overlapUntil":"{{soon}}"}""")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Acts_OfOnePersonWithEveryRole_LeaveNoOpenPathWiderThanApproved(int seed)
    {
        await using var server = await OpenAsync();
        await server.AddKeyAsync("mona", "viewer", "auditor", "operator", "approver", "admin", "privacy-officer");
        var approved = await InputAsync(server);
        var emergency = await EmergencyAsync(server);
        server.Time.Now = server.Time.Now.AddMinutes(1);

        var chance = new Random(seed);
        var said = new List<string>();
        for (var step = 0; step < 40; step++)
        {
            var acts = Acts(server, step, emergency);
            var (name, act) = acts[chance.Next(acts.Count)];
            said.Add($"{name} {(await act())?.Status}");
            Assert.Equal("open", await StateOfAsync(server, emergency));
            if (!await IsOpenAsync(server))
            {
                continue;
            }

            var now = await InputAsync(server);
            var wider = AccessDiff.Compare(approved with { Credentials = [] }, now with { Credentials = [] }).Where(IsWider).ToList();
            Assert.True(wider.Count == 0, $"{string.Join(", ", said)}: {string.Join(", ", wider.Select(static change => change.Words))}");
            Assert.True(Lasting(server, now) <= 1, $"{string.Join(", ", said)}: a second key");
        }

        // The twin: not everything is refused.
        Assert.Contains(said, static words => words.EndsWith(" 200", StringComparison.Ordinal));
    }

    private static bool IsWider(AccessChange change) => change.Kind == ChangeKind.Widening;

    // Keys that count when every rotation is over.
    private static int Lasting(AdminServer server, ApprovedInput input)
    {
        var later = server.Time.Now.AddDays(CredentialSuccession.LongestOverlapDays + 1);
        return input.Credentials.Count(one => one.Kind == CredentialKind.Certificate && !(one.OverlapUntil <= later));
    }

    private static List<(string Name, Func<Task<AdminAnswer?>> Act)> Acts(AdminServer server, int step, string emergency)
    {
        Task<AdminAnswer?> Post(string path, string body) => Quietly(server.PostAsync(path, body, "mona"));
        async Task<AdminAnswer?> Change(string path, string body, string query = "") =>
            (await server.GetAsync(path)).ETag is null ? null : await server.PatchAsync(path + query, body, "mona");
        return
        [
            ("limit", () => Change(Client, """{"limits":{"requestsPerSecond":5000}}""")),
            ("limit, carried", () => Change(Client, """{"limits":{"requestsPerSecond":5000}}""", Marked)),
            ("low limit, carried", () => Change(Client, """{"limits":{"requestsPerSecond":5}}""", Marked)),
            ("no limit, carried", () => Change(Client, """{"limits":null}""", Marked)),
            ("no networks, carried", () => Change(Client, """{"networks":null}""", Marked)),
            ("networks, carried", () => Change(Client, """{"networks":["203.0.113.0/25"]}""", Marked)),
            ("fewer grants, carried", () => Change(UseCase, Grants("Observation"), Marked)),
            ("other grants, carried", () => Change(UseCase, Grants("Specimen"), Marked)),
            ("grants, carried", () => Change(UseCase, Grants("Observation", "Specimen"), Marked)),
            ("grants", () => Change(UseCase, Grants("Observation", "Specimen"))),
            ("sooner, carried", () => Change(UseCase, """{"expires":"2026-11-30"}""", Marked)),
            ("later, carried", () => Change(UseCase, """{"expires":"2026-12-31"}""", Marked)),
            ("agreement, carried", () => Change("/admin/v1/agreements/baa-1", """{"crossBorder":true}""", Marked)),
            ("attest", () => Post(Client + ":attest", "{}")),
            ("submit", () => Post(Client + ":submit", "{}")),
            ("approve", async () => await Approvals.ApproveAsAsync(server, "mona")),
            ("suspend", () => Post(Client + ":suspend", """{"reason":"r"}""")),
            ("resume", () => Post(Client + ":resume", "{}")),
            ("rotate", () => RotateLastAsync(server, step)),
            ("rotate", () => RotateLastAsync(server, step)),
            ("overlap", () => Change(Certificate, """{"overlapUntil":"2099-01-01T00:00:00Z"}""")),
            ("no overlap", () => Change(Certificate, """{"overlapUntil":null}""")),
            ("credential", () => Post("/admin/v1/credentials", Key(step))),
            ("owner", () => Change(Client, """{"owner":"zoe@hospital.example"}""")),
            ("deputy", () => Change(Client, """{"deputy":"zoe@hospital.example"}""")),
            ("decide", () => Post($"/admin/v1/alerts/{emergency}:review", """{"decision":"justified","reason":"r"}""")),
            ("close", () => Post($"/admin/v1/alerts/{emergency}:close", """{"reason":"r"}""")),
            ("delete alert", () => DeleteAsync(server, "/admin/v1/alerts/" + emergency)),
            ("rewrite alert", () => Change("/admin/v1/alerts/" + emergency, """{"kind":"note"}""")),
            ("file", () => ApplyAsync(server, "carry_approval=true")),
            ("file, without carrying", () => ApplyAsync(server, "prune=true")),
        ];
    }

    private static string Grants(params string[] types)
    {
        var grants = new JsonArray();
        foreach (var type in types)
        {
            var grant = new JsonObject
            {
                ["types"] = new JsonArray(type),
                ["interactions"] = new JsonArray("read", "search"),
                ["patients"] = new JsonObject { ["roster"] = "acme-orders" },
            };
            if (type == "Specimen")
            {
                grant["elements"] = new JsonArray("type");
            }

            grants.Add(grant);
        }

        return new JsonObject { ["grants"] = grants }.ToJsonString();
    }

    // The certificate that none has replaced yet.
    private static async Task<AdminAnswer?> RotateLastAsync(AdminServer server, int step)
    {
        var items = (await server.GetAsync("/admin/v1/credentials?kind=certificate&limit=500")).Json["items"]!.AsArray();
        if (items.LastOrDefault(static item => item!["overlapUntil"] is null) is not { } last)
        {
            return null;
        }

        var hours = step % 2 == 0 ? 720 : 24;
        var body = $$"""{"credential":{{Cert($"r-{step}", step + 1)}},"replaces":"{{last["id"]}}","overlap_hours":{{hours}}}""";
        return await server.PostAsync(Client + ":rotate", body, "mona");
    }

    private static string Cert(string id, int number) =>
        $$"""{"id":"{{id}}","client":"acme-connector","kind":"certificate","thumbprint":"{{number:x64}}"}""";

    private static string Key(int step) =>
        $$"""{"id":"c-{{step}}","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"c-{{step}}"}""";

    // The whole registry as a file, with a limit that is none.
    private static async Task<AdminAnswer?> ApplyAsync(AdminServer server, string query)
    {
        var export = await server.SendAsync("mona", "GET", "/admin/v1/config:export", null, ("Accept", "application/json"));
        var file = export.Json;
        file["clients"]![0]!["limits"] = new JsonObject { ["requestsPerSecond"] = 900_000 };
        return await server.PostAsync("/admin/v1/config:apply?" + query, file.ToJsonString(), "mona", ("If-Match", export.ETag!));
    }

    private static async Task<AdminAnswer?> DeleteAsync(AdminServer server, string path)
    {
        var current = await server.GetAsync(path);
        return current.Status == 404 ? null : await server.SendAsync("mona", "DELETE", path, null, ("If-Match", current.ETag!));
    }

    private static async Task<AdminAnswer?> Quietly(Task<AdminAnswer> answer) => await answer;

    // An open path whose use case cuts a type that others may hold; its owner used an emergency right.
    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(200, (await server.PatchAsync(UseCase, Grants("Observation", "Specimen"))).Status);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/credentials", Cert("acme-mtls", 4711))).Status);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));
        return server;
    }

    // Monas own: she owned the client when it was used.
    private static async Task<string> EmergencyAsync(AdminServer server)
    {
        StoredTrail.AddEmergency(server, "t1", "mona@hospital.example");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        return (string)(await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!["id"]!;
    }

    private static async Task<string> StateOfAsync(AdminServer server, string alert) =>
        (string)(await server.GetAsync("/admin/v1/alerts/" + alert)).Json["state"]!;

    private static async Task RotateAsync(AdminServer server, string person)
    {
        var body = $$"""{"credential":{{Cert("next", 4712)}},"replaces":"acme-mtls","overlap_hours":72}""";
        var rotated = await server.PostAsync(Client + ":rotate", body, person);
        Assert.True(rotated.Status == 200, rotated.Text);
    }

    private static async Task<ApprovedInput> InputAsync(AdminServer server)
    {
        var set = await server.Services.GetRequiredService<WorkingSetSource>().GetAsync(default);
        return ApprovedClient.Find(set, "acme-connector")!.Input(Node);
    }

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
