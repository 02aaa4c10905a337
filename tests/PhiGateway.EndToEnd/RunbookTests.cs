using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Runbooks walked on a node of its own: what they say one sees is seen, what they say one does helps.</summary>
public sealed class RunbookTests
{
    // Bounds a hang only.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(5);

    // restore-from-backup.md, "A node's disk", without a backup; and the words of key-lost.md.
    [Fact]
    public async Task DiskLost_WithTheKeyOfAnotherNodeAndTheWord_BeginsANewLog()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, async admin => await WriteAsync(admin, "first"));
        var key = await File.ReadAllBytesAsync(folder.At("journal/pseudonym.key"), TestContext.Current.CancellationToken);
        Directory.Delete(folder.At("journal"), recursive: true);

        Assert.Contains("though this node had a journal", await EndAsync(folder), StringComparison.Ordinal);
        Directory.CreateDirectory(folder.At("journal"));
        await File.WriteAllBytesAsync(folder.At("journal/pseudonym.key"), key, TestContext.Current.CancellationToken);
        Journal(folder)["AcceptNew"] = true;
        if (!OperatingSystem.IsWindows())
        {
            // A copy that others can read is told in words, too.
            File.SetUnixFileMode(
                folder.At("journal/pseudonym.key"),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead
            );
            Assert.Contains("The gateway cannot start: The pseudonym key", await EndAsync(folder), StringComparison.Ordinal);
            File.SetUnixFileMode(folder.At("journal/pseudonym.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await RunAsync(folder, async admin => Assert.Contains("journal.new", await TrailAsync(admin, "journal.new")));

        Journal(folder).Remove("AcceptNew");
        await RunAsync(folder, async admin => await WriteAsync(admin, "second"));
    }

    // key-lost.md: the pseudonym key.
    [Fact]
    public async Task PseudonymKeyLost_StopsTheStart_AndTheWordMakesANewOne()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, async admin => await WriteAsync(admin, "first"));
        File.Delete(folder.At("journal/pseudonym.key"));

        Assert.Contains("is gone, though the journal beside it is there", await EndAsync(folder), StringComparison.Ordinal);
        Journal(folder)["AcceptNew"] = true;
        await RunAsync(folder, async admin => await WriteAsync(admin, "second"));
        Assert.True(File.Exists(folder.At("journal/pseudonym.key")));
    }

    // node-refused-as-older.md, with restore-from-backup.md, "Registry database".
    [Fact]
    public async Task RegistryRestored_IsNotTaken_UntilTheWordIsSaidOnce()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, async admin => await WriteAsync(admin, "first"));
        File.Copy(folder.At("registry.db"), folder.At("backup.db"));
        await RunAsync(
            folder,
            async admin =>
            {
                await WriteAsync(admin, "second");
                await InForceAsync(admin);
            }
        );
        foreach (var file in Directory.GetFiles(folder.Root, "registry.db*"))
        {
            File.Delete(file);
        }

        File.Copy(folder.At("backup.db"), folder.At("registry.db"));
        await using (var refused = folder.Prepare())
        {
            await refused.StartAsync(untilReady: false);
            Assert.Contains("older than", await ReadinessAsync(refused), StringComparison.Ordinal);
            await refused.StopAsync();
        }

        folder.Gateway["Registry"]!["AcceptOlderRevision"] = true;
        await RunAsync(folder, async admin => Assert.Contains("older-accepted", await TrailAsync(admin, "registry.older-accepted")));
        folder.Gateway["Registry"]!.AsObject().Remove("AcceptOlderRevision");
        await RunAsync(folder, async admin => await WriteAsync(admin, "third"));
    }

    private static JsonObject Journal(StartupFolder folder) => folder.Gateway["Audit"]!["Journal"]!.AsObject();

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

    private static async Task<string> EndAsync(StartupFolder folder)
    {
        var (exit, output) = await folder.RunAsync();
        Assert.Equal(1, exit);
        return output;
    }

    private static Task<JsonNode> WriteAsync(AdminClient admin, string id) =>
        admin.PostAsync(
            "organizations",
            new
            {
                id,
                kind = "vendor",
                name = id,
            }
        );

    private static async Task InForceAsync(AdminClient admin)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (!(bool)(await admin.GetAsync("config/status"))["in_force"]!)
        {
            await Task.Delay(50, bound.Token);
        }
    }

    // Until the record has been shipped.
    private static async Task<string> TrailAsync(AdminClient admin, string name)
    {
        using var bound = new CancellationTokenSource(Bound);
        while (true)
        {
            var found = (await admin.GetAsync("audit?kind=system&limit=200")).ToJsonString();
            if (found.Contains(name, StringComparison.Ordinal))
            {
                return found;
            }

            await Task.Delay(100, bound.Token);
        }
    }

    private static async Task<string> ReadinessAsync(GatewayProcess gateway)
    {
        using var http = new HttpClient { BaseAddress = gateway.Admin };
        using var bound = new CancellationTokenSource(Bound);
        while (true)
        {
            using var answer = await http.GetAsync("/readyz");
            var text = await answer.Content.ReadAsStringAsync();
            if (text.Contains("older", StringComparison.Ordinal))
            {
                return text;
            }

            await Task.Delay(50, bound.Token);
        }
    }
}
