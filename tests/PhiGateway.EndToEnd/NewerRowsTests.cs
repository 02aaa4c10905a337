using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A rolling upgrade, as the older node lives through it: rows of a newer version arrive while it serves.</summary>
public sealed class NewerRowsTests(PostgresWorld world) : IClassFixture<PostgresWorld>
{
    [Fact]
    public async Task RowsOfANewerVersion_PushedWhileServing_CloseWhatDependsOnThemAndNobodyElse()
    {
        var (lab, ward) = (await world.TokenAsync(world.Lab), await world.TokenAsync(world.Ward));
        await using var storage = RegistryStorage.Create(
            new StorageOptions
            {
                Provider = StorageProvider.Postgres,
                ConnectionString = await File.ReadAllTextAsync(Path.Combine(world.Folder, "registry.connection")),
            }
        );
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", lab)).Status);

        // 1. A member that this version has never heard of.
        var restore = await ChangeAsync(
            storage.Store,
            RegistryKind.Client,
            world.Lab.ClientId,
            static json => json["holdUntil"] = "2030-01-01"
        );
        await UntilAsync(lab, "registry-not-understood");
        await OthersAreServedAsync(ward, 1);
        await restore();
        await UntilAsync(lab, null);

        // 2. A word that it has never heard of, in a document that the client hangs on.
        restore = await ChangeAsync(storage.Store, RegistryKind.Organization, "acme-lab", static json => json["kind"] = "alliance");
        await UntilAsync(lab, "registry-not-understood");
        await OthersAreServedAsync(ward, 1);

        // 3. What depends on nothing that is unknown can still be stopped here.
        await world.Wei.PostAsync(
            "revocations",
            new
            {
                target = "client",
                value = world.Lab.ClientId,
                reason = "during the upgrade",
            }
        );
        await UntilAsync(lab, "revoked");
        await restore();

        // 4. A note is no restriction.
        await ChangeAsync(storage.Store, RegistryKind.Client, world.Ward.ClientId, static json => json["_colour"] = "blue");
        await OthersAreServedAsync(ward, 0);
    }

    private static async Task<Func<Task>> ChangeAsync(IRegistryStore store, RegistryKind kind, string id, Action<JsonObject> change)
    {
        var before = (await store.FindAsync(kind, id, default))!.Json;
        var json = JsonNode.Parse(before)!.AsObject();
        change(json);
        await PutAsync(json.ToJsonString());
        return () => PutAsync(before);

        async Task PutAsync(string text) =>
            Assert.IsType<RegistryWriteResult.Written>(await store.WriteAsync([new RegistryWrite(kind, id, text, null)], "newer", default));
    }

    private async Task OthersAreServedAsync(string token, int rows)
    {
        using var http = new HttpClient { BaseAddress = world.Gateway.Admin };
        while ((int)(await world.Wei.GetAsync("config/status"))["node"]!["not_understood"]! != rows)
        {
            await Task.Delay(20);
        }

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);
        using var ready = await http.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal(
            rows > 0,
            (await ready.Content.ReadAsStringAsync()).Contains($"{rows} rows are of a newer version", StringComparison.Ordinal)
        );
    }

    private async Task UntilAsync(string token, string? code)
    {
        while ((await world.GetAsync("/Patient/f001", token)).Code != code)
        {
            await Task.Delay(20);
        }
    }
}
