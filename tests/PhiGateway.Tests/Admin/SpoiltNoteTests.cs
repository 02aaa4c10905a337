using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// A note that cannot be read, as a newer version's or one that a hand wrote, keeps nobody from closing and from reading the rest; what opens
/// it refuses to everybody, since it may name them.
/// </summary>
public sealed class SpoiltNoteTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Why = """{"reason":"looked at"}""";

    [Theory]
    [InlineData("_closedBy", "[7]")]
    [InlineData("_closedBy", """[{"by":"olga@hospital.example"}]""")]
    [InlineData("_stood", "[{}, 7]")]
    [InlineData("_askedToLift", "[null]")]
    public async Task Close_OfAClientWhoseNoteCannotBeRead_Closes(string note, string value)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await SpoilAsync(server, RegistryKind.Client, "acme-connector", note, value);

        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", Why)).Status);
        Assert.Equal(200, (await server.PatchAsync(Client, """{"owner":"li2@hospital.example"}""")).Status);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/organizations/acme:offboard", Why)).Status);
        Assert.Equal("revoked", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    [Theory]
    [InlineData("[7]", 403)]
    [InlineData("[]", 200)]
    public async Task Resume_OfAClientThatSomebodyClosedWhoCannotBeRead_IsNobodys(string closers, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await SpoilAsync(server, RegistryKind.Client, "acme-connector", "_closedBy", closers);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", Why)).Status);

        Assert.Equal(status, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }

    [Theory]
    [InlineData("""[{"by":1}]""")]
    [InlineData("""[{"by":"olga@hospital.example","after":"long ago"}]""")]
    [InlineData("\"olga@hospital.example\"")]
    public async Task Approve_WithAnAuthorWhoCannotBeRead_IsRefused_AndTheQueueIsShown(string authors)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PatchAsync("/admin/v1/use-cases/lab-results", """{"expires":"2026-11-30"}""");
        await SpoilAsync(server, RegistryKind.UseCase, "lab-results", "_authors", authors);

        var queue = await server.GetAsync("/admin/v1/approvals/queue");
        Assert.True(queue.Status == 200, queue.Text);
        Assert.Single(queue.Json["items"]!.AsArray());
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "anna")).Code);
    }

    private static async Task SpoilAsync(AdminServer server, RegistryKind kind, string id, string note, string value)
    {
        var form = JsonNode.Parse((await server.Store.FindAsync(kind, id, default))!.Json)!;
        form[note] = JsonNode.Parse(value);
        Assert.IsType<RegistryWriteResult.Written>(
            await server.Store.WriteAsync([new RegistryWrite(kind, id, form.ToJsonString(), null)], "elsewhere", default)
        );
    }
}
