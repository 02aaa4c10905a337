using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>
/// An older node's admin API beside documents of a newer version, over HTTP on every database: says so, and does not throw away what it
/// does not know.
/// </summary>
public abstract class NewerDocumentContract
{
    private const string Organization = "/admin/v1/organizations/acme";

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task Write_OverADocumentOfANewerVersion_IsRefusedUnlessTheUnknownIsToBeDropped()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        var server = world.Server;
        await Approvals.OpenAsync(server);
        await PutAsync(world, """{"id":"acme","kind":"vendor","name":"Acme Laboratories","modules":["results@4"],"onWatch":true}""");
        Assert.Equal(("newer-document", 409), await CodeAsync(ReplaceAsync(server, string.Empty)));
        Assert.Equal(
            422,
            (
                await server.SendAsync(
                    "olga",
                    "PATCH",
                    Organization,
                    """{"name":"Acme"}""",
                    ("If-Match", "\"2\""),
                    ("Content-Type", "application/merge-patch+json")
                )
            ).Status
        );
        var status = (await server.GetAsync("/admin/v1/config/status")).Json;
        Assert.Equal(1, (int)status["node"]!["not_understood"]!);
        Assert.Contains(
            status["problems"]!.AsArray(),
            static problem => (string)problem!["code"]! == "not-understood" && (string)problem["pointer"]! == "organizations/acme"
        );
        var door = (await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["doors"]!
            .AsArray()
            .Single(static door => (string)door!["name"]! == "registration")!;
        Assert.Equal(("registry-not-understood", false), ((string)door["reason"]!, (bool)door["open"]!));

        Assert.Equal(200, (await ReplaceAsync(server, "?drop_unknown=true")).Status);
        Assert.Equal(0, (int)(await server.GetAsync("/admin/v1/config/status")).Json["node"]!["not_understood"]!);
    }

    [Fact]
    public async Task Write_OverADocumentWithANote_Passes()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        var server = world.Server;
        await Approvals.OpenAsync(server);
        await PutAsync(world, """{"id":"acme","kind":"vendor","name":"Acme Laboratories","modules":["results@4"],"_colour":"blue"}""");
        Assert.True((bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!);
        var etag = (await world.Store.FindAsync(RegistryKind.Organization, "acme", default))!.Version;
        var patched = await server.SendAsync(
            "olga",
            "PATCH",
            Organization,
            """{"name":"Acme"}""",
            ("If-Match", $"\"{etag}\""),
            ("Content-Type", "application/merge-patch+json")
        );
        Assert.True(patched.Status == 200, patched.Text);
        Assert.True((bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!);
    }

    // As a node of the newer version would.
    private static async Task PutAsync(StoredAdmin world, string json) =>
        Assert.IsType<RegistryWriteResult.Written>(
            await world.Store.WriteAsync([new RegistryWrite(RegistryKind.Organization, "acme", json, null)], "newer", default)
        );

    private static async Task<AdminAnswer> ReplaceAsync(AdminServer server, string query) =>
        await server.SendAsync(
            "olga",
            "PUT",
            Organization + query,
            """{"kind":"vendor","name":"Acme Laboratories","modules":["results@4"]}""",
            ("If-Match", "\"2\"")
        );

    private static async Task<(string, int)> CodeAsync(Task<AdminAnswer> call) =>
        await call is var answer ? (answer.Code, answer.Status) : default;
}
