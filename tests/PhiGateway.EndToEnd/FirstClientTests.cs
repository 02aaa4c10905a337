using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// The walk of docs/first-client.md: its commands, pasted into one bash, do what the page says they do, with the embedded database and with
/// the exports by which it names another one.
/// </summary>
public sealed partial class FirstClientTests(PostgresFixture postgres)
{
    // Generous on purpose: it only bounds a hang.
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(10);

    // What the page promises, in its order.
    private static readonly string[] Promises =
    [
        "The configuration is good.",
        "\nvalid\n",
        "create  client/acme-lab-connector",
        "no changes",
        "never-approved",
        "You are about to permit clients of vendor",
        "path closed",
        "You are about to let client acme-lab-connector of vendor",
        "forbidden: This call is open to: approver.",
        "path open",
        "200 OK",
        "of Patient/example",
        "403 Forbidden",
        "outside-use-case",
        "DENY outside-use-case",
        "Condition.search",
        "  deny ",
        "  permit ",
        "bootstrap is deleted",
        "unauthenticated",
        "The configuration is good.",
        "admin-key.delete",
        "client.approve",
        "config.apply",
        "admin-key.create",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Page_PastedIntoOneShell_LeadsToTheFirstAllowedAndTheFirstRefusedCall(bool isPostgres)
    {
        await NodePeers.EnsureInstalledAsync();
        var folder = Directory.CreateTempSubdirectory("phigw-first-client-");
        try
        {
            var database = isPostgres ? await postgres.CreateDatabaseAsync(StorageSchemas.None) : null;
            var output = await RunAsync(await ScriptAsync(folder.FullName, database), folder.FullName);

            var at = 0;
            foreach (var promise in Promises)
            {
                var found = output.IndexOf(promise, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"The page promises '{promise.Trim()}', here or later:\n{output}");
                at = found + promise.Length;
            }

            // Whichever database was meant was used.
            Assert.Equal(isPostgres, folder.GetFiles("registry.db", SearchOption.AllDirectories).Length == 0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"^```\n(?<commands>export .*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Exports { get; }

    [GeneratedRegex("'Host=[^']*'")]
    private static partial Regex Database { get; }

    [GeneratedRegex(@"\b1808[0-3]\b")]
    private static partial Regex Port { get; }

    // The page as it stands but for ports, which here are free ones, and the build, which was made before the test.
    private static async Task<string> ScriptAsync(string folder, string? database)
    {
        const string Configuration = "\"$repo/samples/external-idp/appsettings.json\"";
        string[] ports = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPort.Free().ToString(CultureInfo.InvariantCulture))];
        string Placed(string text) => Port.Replace(text, match => ports[match.Value[^1] - '0']);

        var page = await File.ReadAllTextAsync(RepositoryPaths.Of("docs", "first-client.md"));
        var blocks = Fence.Matches(page).Select(match => match.Groups["commands"].Value).SkipWhile(IsBuild).ToList();
        var start = blocks.FindIndex(static block => block.Contains(Configuration, StringComparison.Ordinal));
        Assert.True(start >= 0, "No block of the page copies the configuration.");
        if (database is not null)
        {
            // Before step 4, as the page says.
            blocks.Insert(start, Database.Replace(Exports.Matches(page).Single().Groups["commands"].Value, $"'{database}'"));
        }

        var commands = string.Concat(blocks);
        var placed = Path.Combine(folder, "appsettings.json");
        await File.WriteAllTextAsync(
            placed,
            Placed(await File.ReadAllTextAsync(RepositoryPaths.Of("samples", "external-idp", "appsettings.json")))
        );
        return Placed(commands)
            .Replace(Configuration, $"\"{placed}\"", StringComparison.Ordinal)
            .Replace("bin/Debug/", $"bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/", StringComparison.Ordinal);
    }

    private static bool IsBuild(string commands) => commands.StartsWith("dotnet build", StringComparison.Ordinal);

    private static async Task<string> RunAsync(string script, string folder)
    {
        var file = Path.Combine(folder, "walk.sh");
        await File.WriteAllTextAsync(file, "exec 2>&1\n" + script);
        var start = new ProcessStartInfo("bash", [file]) { WorkingDirectory = RepositoryPaths.Root, RedirectStandardOutput = true };
        // Where mktemp makes the folder of the walk.
        start.Environment["TMPDIR"] = folder;
        using var process = Process.Start(start)!;
        using var hang = new CancellationTokenSource(Bound);
        try
        {
            return await process.StandardOutput.ReadToEndAsync(hang.Token);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }
}
