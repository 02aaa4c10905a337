using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>The walk of docs/first-client.md: its commands, pasted into one bash, do what the page says they do.</summary>
public sealed partial class FirstClientTests
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

    [Fact]
    public async Task Page_PastedIntoOneShell_LeadsToTheFirstAllowedAndTheFirstRefusedCall()
    {
        await NodePeers.EnsureInstalledAsync();
        var folder = Directory.CreateTempSubdirectory("phigw-first-client-");
        try
        {
            var output = await RunAsync(await ScriptAsync(folder.FullName), folder.FullName);

            var at = 0;
            foreach (var promise in Promises)
            {
                var found = output.IndexOf(promise, at, StringComparison.Ordinal);
                Assert.True(found >= 0, $"The page promises '{promise.Trim()}', here or later:\n{output}");
                at = found + promise.Length;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"\b1808[0-3]\b")]
    private static partial Regex Port { get; }

    // The page as it stands but for ports, which here are free ones, and the build, which was made before the test.
    private static async Task<string> ScriptAsync(string folder)
    {
        const string Configuration = "\"$repo/samples/external-idp/appsettings.json\"";
        string[] ports = [.. Enumerable.Range(0, 4).Select(_ => LoopbackPort.Free().ToString(CultureInfo.InvariantCulture))];
        string Placed(string text) => Port.Replace(text, match => ports[match.Value[^1] - '0']);

        var page = await File.ReadAllTextAsync(RepositoryPaths.Of("docs", "first-client.md"));
        var commands = string.Concat(Fence.Matches(page).Select(match => match.Groups["commands"].Value).SkipWhile(IsBuild));
        Assert.Contains(Configuration, commands);
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
