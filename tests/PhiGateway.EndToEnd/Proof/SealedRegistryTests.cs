using System.Net;
using Npgsql;
using PhiGateway.Admin.Access;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.EndToEnd.Proof;

/// <summary>What somebody gains who may write the registry's database: nothing. What the control plane writes is in force as ever.</summary>
public sealed class SealedRegistryTests(ProofWorld world) : IClassFixture<ProofWorld>
{
    [Fact]
    public async Task AdminKey_InsertedBySql_OpensNothing()
    {
        var (forged, made) = (AdminKeyHash.NewKey(), AdminKeyHash.NewKey());
        await InsertAsync(RegistryKind.AdminKey, "intruder", Document("intruder", forged));
        await using (var registry = world.OpenRegistry())
        {
            var write = new RegistryWrite(RegistryKind.AdminKey, "pipeline", Document("pipeline", made), 0);
            Assert.IsType<RegistryWriteResult.Written>(await registry.Store.WriteAsync([write], "tester", CancellationToken.None));
        }

        using var twin = new AdminClient(world.Gateway.Admin, made);
        while ((await twin.TryAsync(HttpMethod.Get, "config/status")).Status == HttpStatusCode.Unauthorized)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        using var intruder = new AdminClient(world.Gateway.Admin, forged);
        Assert.Equal(HttpStatusCode.Unauthorized, (await intruder.TryAsync(HttpMethod.Get, "config/status")).Status);
        Assert.Equal(HttpStatusCode.OK, (await twin.TryAsync(HttpMethod.Get, "config/status")).Status);
    }

    [Fact]
    public async Task Client_EditedBySql_IsClosedUntilTheControlPlaneWritesItAgain()
    {
        var token = await world.TokenAsync(world.Ward);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", token)).Status);
        await using var registry = world.OpenRegistry();
        var good = (await registry.Store.FindAsync(RegistryKind.Client, world.Ward.ClientId, CancellationToken.None))!;

        // An edit that would change nothing at all, but that it is not the control plane's.
        await ExecuteAsync(
            "UPDATE registry_revision SET revision = revision + 1; UPDATE documents SET json = json || ' ', "
                + "revision = (SELECT revision FROM registry_revision) WHERE id = @id",
            world.Ward.ClientId
        );
        while ((await world.GetAsync("/Patient/f001", token)).Status == HttpStatusCode.OK)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Patient/f001", await world.TokenAsync(world.Lab))).Status);
        var again = new RegistryWrite(RegistryKind.Client, world.Ward.ClientId, good.Json, null);
        Assert.IsType<RegistryWriteResult.Written>(await registry.Store.WriteAsync([again], "tester", CancellationToken.None));
        while ((await world.GetAsync("/Patient/f001", token)).Status != HttpStatusCode.OK)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }

    private static string Document(string id, string key) =>
        RegistryJson.Serialize(
            new AdminKey
            {
                Id = id,
                Person = id + "@hospital.example",
                Hash = AdminKeyHash.Of(key),
                Roles = ["viewer"],
                Created = DateTimeOffset.UnixEpoch,
            }
        );

    private Task InsertAsync(RegistryKind kind, string id, string json) =>
        ExecuteAsync(
            "UPDATE registry_revision SET revision = revision + 1; INSERT INTO documents (kind, id, version, revision, json, updated_at, "
                + $"updated_by, deleted) SELECT {(short)kind}, @id, 1, revision, '{json}', now(), 'somebody', FALSE FROM registry_revision",
            id
        );

    private async Task ExecuteAsync(string sql, string id)
    {
        await using var connection = new NpgsqlConnection(await File.ReadAllTextAsync(Path.Combine(world.Folder, "registry.connection")));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("id", id);
        await command.ExecuteNonQueryAsync();
    }
}
