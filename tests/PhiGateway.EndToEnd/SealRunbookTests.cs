using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>registry-seals.md, walked: seals switched on step by step, and off and on again when their key was taken.</summary>
public sealed class SealRunbookTests
{
    [Fact]
    public async Task Seals_SwitchedOnStepByStep_AndAgainWithAnotherKey_CloseNothing()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, static admin => WriteAsync(admin, "first"));

        // Steps 2 and 3: one key, and from here on what is written is sealed; what has none is still believed.
        MakeKey(folder);
        Registry(folder)["SealKeyFile"] = folder.At("seal.key");
        await RunAsync(folder, static admin => WriteAsync(admin, "second"));

        // Step 4: what is there is sealed as it stands, once.
        Assert.DoesNotContain("0 documents", await SealAsync(folder), StringComparison.Ordinal);
        Assert.StartsWith("0 documents", await SealAsync(folder), StringComparison.Ordinal);

        // Step 5.
        Registry(folder)["SealRequired"] = true;
        await RunAsync(folder, static admin => WriteAsync(admin, "third"));

        // The key was taken: a new one, every seal off, and on from step 2.
        MakeKey(folder);
        Registry(folder)["SealRequired"] = false;
        await TakeSealsOffAsync(folder);
        await RunAsync(folder, static admin => WriteAsync(admin, "fourth"));
        Assert.DoesNotContain("0 documents", await SealAsync(folder), StringComparison.Ordinal);
        Registry(folder)["SealRequired"] = true;
        await RunAsync(folder, static admin => WriteAsync(admin, "fifth"));
    }

    [Fact]
    public async Task Seals_RequiredBeforeAnythingIsSealed_CloseWhatHasNone()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, static admin => WriteAsync(admin, "first"));
        MakeKey(folder);
        Registry(folder)["SealKeyFile"] = folder.At("seal.key");
        await SealAsync(folder);
        await TakeSealsOffAsync(folder);
        Registry(folder)["SealRequired"] = true;

        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        using var admin = new AdminClient(gateway.Admin, StartupFolder.BootstrapKey);

        Assert.NotEqual(System.Net.HttpStatusCode.OK, (await admin.TryAsync(HttpMethod.Get, "organizations/first")).Status);
        await gateway.StopAsync();
    }

    private static JsonObject Registry(StartupFolder folder) => folder.Gateway["Registry"]!.AsObject();

    private static void MakeKey(StartupFolder folder)
    {
        File.WriteAllBytes(folder.At("seal.key"), RandomNumberGenerator.GetBytes(32));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.At("seal.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task RunAsync(StartupFolder folder, Func<AdminClient, Task> work)
    {
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        using (var admin = new AdminClient(gateway.Admin, StartupFolder.BootstrapKey))
        {
            await work(admin);
        }

        await gateway.StopAsync();
    }

    private static Task WriteAsync(AdminClient admin, string id) =>
        admin.PostAsync(
            "organizations",
            new
            {
                id,
                kind = "vendor",
                name = id,
            }
        );

    private static async Task<string> SealAsync(StartupFolder folder)
    {
        await File.WriteAllTextAsync(folder.At("appsettings.json"), folder.Configuration.ToJsonString());
        var (exit, output) = await StartupFolder.RunAsync(["seal-registry", "--config", folder.At("appsettings.json")]);
        Assert.True(exit == 0, output);
        return output.Trim();
    }

    private static async Task TakeSealsOffAsync(StartupFolder folder)
    {
        await using var connection = new SqliteConnection($"Data Source={folder.At("registry.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "UPDATE documents SET seal = NULL";
        Assert.True(await command.ExecuteNonQueryAsync() > 0);
    }
}
