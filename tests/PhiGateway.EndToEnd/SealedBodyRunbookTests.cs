using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>sealed-bodies.md, walked: sealing switched on over what is there, a body key changed, and one that is missing said in words.</summary>
public sealed class SealedBodyRunbookTests
{
    [Fact]
    public async Task Bodies_SealedStepByStep_AndUnderAnotherKey_AreReadAllAlong()
    {
        using var folder = new StartupFolder();
        await RunAsync(folder, "first");
        Assert.Contains("/first\"", await StoredAsync(folder), StringComparison.Ordinal);

        // Steps 2 and 3: the key on every node, and nothing is sealed yet.
        MakeKey(folder, "body-1");
        await RunAsync(folder, "second");
        Assert.Contains("/second\"", await StoredAsync(folder), StringComparison.Ordinal);

        // Step 4: what is stored from here on is sealed.
        Bodies(folder)["Key"] = "body-1";
        await RunAsync(folder, "third");
        var stored = await StoredAsync(folder);
        Assert.DoesNotContain("/third\"", stored, StringComparison.Ordinal);
        Assert.Contains("/first\"", stored, StringComparison.Ordinal);

        // Step 5: and what was stored before, once.
        Assert.DoesNotContain("0 bodies", await SealAsync(folder), StringComparison.Ordinal);
        Assert.StartsWith("0 bodies", await SealAsync(folder), StringComparison.Ordinal);
        Assert.DoesNotContain("\"kind\":", await StoredAsync(folder), StringComparison.Ordinal);

        // Another body key: added, made the current one, the data keys wrapped anew, the old one taken out.
        MakeKey(folder, "body-2");
        await RunAsync(folder, "fourth");
        Bodies(folder)["Key"] = "body-2";
        await RunAsync(folder, "fifth");
        Assert.Contains("under 'body-2'", await SealAsync(folder), StringComparison.Ordinal);
        Bodies(folder)["Keys"]!.AsObject().Remove("body-1");
        await RunAsync(folder, "sixth", "first", "second", "third", "fourth", "fifth");
        var (verified, words) = await CommandAsync(folder, "verify-audit");
        Assert.True(verified == 0, words);
    }

    [Theory]
    [InlineData("missing", "'body-1', which is not configured", true)]
    [InlineData("another", "The body key 'body-1' is another one", true)]
    [InlineData("no key", "32 bytes in base64", false)]
    public async Task Bodies_WithoutTheRightKey_AreSaidInWords_AndOnlyAFileThatIsNoKeyKeepsTheNodeFromStarting(
        string what,
        string expected,
        bool starts
    )
    {
        using var folder = new StartupFolder();
        MakeKey(folder, "body-1");
        Bodies(folder)["Key"] = "body-1";
        await RunAsync(folder, "first");
        switch (what)
        {
            case "missing":
                folder.Gateway["Audit"]!.AsObject().Remove("Bodies");
                break;
            case "another":
                MakeKey(folder, "body-1");
                break;
            default:
                await File.WriteAllTextAsync(folder.At("body-1.key"), "no key");
                break;
        }

        if (starts)
        {
            await using var gateway = folder.Prepare();
            await gateway.StartAsync(untilReady: false);
            using var http = new HttpClient();
            using var readiness = await http.GetAsync(new Uri(gateway.Admin, "/readyz"));
            Assert.Contains("\"body keys\"", await readiness.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            await gateway.StopAsync();
            Assert.Contains("Part of the trail cannot be read here", gateway.Output, StringComparison.Ordinal);
        }
        else
        {
            var (code, words) = await folder.RunAsync();
            Assert.Equal(1, code);
            Assert.Contains(expected, words, StringComparison.Ordinal);
        }

        var (exit, output) = await CommandAsync(folder, "verify-audit");
        Assert.Equal(1, exit);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    private static JsonObject Bodies(StartupFolder folder)
    {
        var audit = folder.Gateway["Audit"]!.AsObject();
        if (audit["Bodies"] is null)
        {
            audit["Bodies"] = new JsonObject { ["Keys"] = new JsonObject() };
        }

        return audit["Bodies"]!.AsObject();
    }

    private static void MakeKey(StartupFolder folder, string name)
    {
        var file = folder.At(name + ".key");
        File.WriteAllText(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Bodies(folder)["Keys"]![name] = "file:" + file;
    }

    // A node for a while: it records the making of an organization, and finds those of before in its trail.
    private static async Task RunAsync(StartupFolder folder, string id, params string[] found)
    {
        await using var gateway = folder.Prepare();
        await gateway.StartAsync(untilReady: false);
        using (var admin = new AdminClient(gateway.Admin, StartupFolder.BootstrapKey))
        {
            await admin.PostAsync(
                "organizations",
                new
                {
                    id,
                    kind = "vendor",
                    name = id,
                }
            );
            var trail = string.Empty;
            for (var i = 0; i < 100 && !trail.Contains($"/{id}\"", StringComparison.Ordinal); i++)
            {
                await Task.Delay(100);
                trail = (await admin.GetAsync("audit?kind=admin&limit=100")).ToJsonString();
            }

            Assert.All(found.Append(id), one => Assert.Contains($"/{one}\"", trail, StringComparison.Ordinal));
        }

        await gateway.StopAsync();
    }

    private static async Task<string> SealAsync(StartupFolder folder)
    {
        var (exit, output) = await CommandAsync(folder, "seal-audit");
        Assert.True(exit == 0, output);
        return output.Trim();
    }

    private static async Task<(int Exit, string Output)> CommandAsync(StartupFolder folder, string command)
    {
        await File.WriteAllTextAsync(folder.At("appsettings.json"), folder.Configuration.ToJsonString());
        return await StartupFolder.RunAsync([command, "--config", folder.At("appsettings.json")]);
    }

    // Every body as it lies in the store.
    private static async Task<string> StoredAsync(StartupFolder folder)
    {
        await using var connection = new SqliteConnection($"Data Source={folder.At("audit.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT body FROM audit_event ORDER BY log, sequence";
        await using var reader = await command.ExecuteReaderAsync();
        var bodies = new StringBuilder();
        while (await reader.ReadAsync())
        {
            bodies.AppendLine(Encoding.Latin1.GetString((byte[])reader[0]));
        }

        return bodies.ToString();
    }
}
