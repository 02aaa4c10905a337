using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// Whoever may add rows to the store may add that a patient's request was answered, or has more time: neither counts, and both are told.
/// </summary>
public sealed class UnprovenRequestTests
{
    private const string Path = "/admin/v1/accounting";
    private const string Asked = """{"tenant":"north","patient":"p-1","received":"2026-04-30T08:00:00Z"}""";
    private static readonly DateTimeOffset Due = new(2026, 6, 29, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("accounting.answer", null, "is_answer_unproven")]
    [InlineData("accounting.extension", """{"Reason":"archive move"}""", "is_extension_unproven")]
    public async Task Step_ThatNoLogHereProves_DoesNotCountAndIsTold(string step, string? after, string told)
    {
        await using var server = await StartAsync();
        var id = await AskAsync(server);
        AddForeign(server, Step(step, id, after));

        var request = Assert.Single(await RequestsAsync(server))!;
        Assert.Null(request["answered"]);
        Assert.Null(request["extended"]);
        Assert.Equal(Due, (DateTimeOffset)request["due"]!);
        Assert.True((bool)request[told]!);
    }

    // The twin.
    [Fact]
    public async Task Steps_OfThisControlPlane_CountAndSayNothingOfProof()
    {
        await using var server = await StartAsync();
        var id = await AskAsync(server);
        AddForeign(server, Step("accounting.extension", id, """{"Reason":"forged"}"""));
        AddForeign(server, Step("accounting.answer", id, null));

        var extended = await server.PostAsync($"{Path}/requests/{id:D}:extend", """{"reason":"archive move"}""", "petra");
        Assert.True(extended.Status == 200, extended.Text);
        StoredTrail.Ship(server);
        var answered = await server.PostAsync(Path + ":report", $$"""{"tenant":"north","patient":"p-1","request":"{{id:D}}"}""", "petra");
        Assert.True(answered.Status == 200, answered.Text);
        StoredTrail.Ship(server);

        var request = Assert.Single(await RequestsAsync(server))!;
        Assert.Equal("archive move", (string)request["extended"]!);
        Assert.NotNull(request["answered"]);
        foreach (var told in (string[])["is_unproven", "is_extension_unproven", "is_answer_unproven"])
        {
            Assert.Null(request[told]);
        }
    }

    // One that was never made is listed, for it may have been put down on another node, and costs the patient nothing.
    [Fact]
    public async Task Request_ThatNoLogHereProves_IsListedAndMakesTheNextNoDearer()
    {
        await using var server = await StartAsync();
        var id = await AskAsync(server);
        AddForeign(server, Step("accounting.request", Guid.Empty, """{"Received":"2026-04-01T08:00:00Z"}"""));

        var requests = await RequestsAsync(server);
        Assert.Equal(2, requests.Count);
        Assert.All(requests, request => Assert.Equal((string)request!["id"]! != $"{id:D}", request["is_unproven"] is not null));
        Assert.True((bool)requests.Single(request => (string)request!["id"]! == $"{id:D}")!["is_free"]!);
    }

    // The twin: one of this control plane makes the next one dearer.
    [Fact]
    public async Task Request_WithinAYearOfOneOfThisControlPlane_IsNotFree()
    {
        await using var server = await StartAsync();
        var id = await AskAsync(server);
        var earlier = Asked.Replace("04-30", "04-01", StringComparison.Ordinal);
        Assert.Equal(201, (await server.PostAsync(Path + "/requests", earlier, "petra")).Status);
        StoredTrail.Ship(server);

        Assert.False((bool)(await RequestsAsync(server)).Single(request => (string)request!["id"]! == $"{id:D}")!["is_free"]!);
    }

    // What was recorded as something else is no step, though the log has it and whoever filed it says that it is one.
    [Fact]
    public async Task Answer_RecordedAsAnotherKind_DoesNotCount()
    {
        await using var server = await StartAsync();
        var record = Step("accounting.answer", await AskAsync(server), null);
        record.Kind = AuditKind.Admin;
        server.Trail.Entries.Add(StoredTrail.EntryOf(record, 70) with { Kind = AuditKind.Hold });

        Assert.Null(Assert.Single(await RequestsAsync(server))!["answered"]);
    }

    private static async Task<Guid> AskAsync(AdminServer server)
    {
        var made = await server.PostAsync(Path + "/requests", Asked, "petra");
        Assert.True(made.Status == 201, made.Text);
        StoredTrail.Ship(server);
        return (Guid)made.Json["id"]!;
    }

    private static async Task<JsonArray> RequestsAsync(AdminServer server) =>
        (await server.GetAsync(Path + "/requests", "petra")).Json["items"]!.AsArray();

    private static void AddForeign(AdminServer server, AuditRecord record) =>
        server.Trail.Entries.Add(StoredTrail.EntryOf(record, 0) with { Log = "gw-99/20260501T120000-00000000" });

    private static AuditRecord Step(string step, Guid parent, string? after) =>
        new()
        {
            Id = Guid.NewGuid(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = step,
            Time = TestRecords.Noon.AddHours(-2),
            Tenant = "north",
            Patients = ["p-1"],
            Actor = "somebody",
            After = after,
        };

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync(services: services => services.AddSingleton<ITrailProof>(new ProofOfOwnLog()));
        await server.AddKeyAsync("petra", "privacy-officer");
        return server;
    }

    /// <summary>Believes every row of this node's log, and none of others.</summary>
    private sealed class ProofOfOwnLog : ITrailProof
    {
        public bool Proves(AuditEntry row) => row.Log == "gw-01/1";
    }
}
