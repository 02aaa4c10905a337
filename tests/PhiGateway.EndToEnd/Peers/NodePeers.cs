using System.Diagnostics;
using System.Security.Cryptography;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// The npm packages that the peers are made of; installed once per lock file, also when several test runs start together.
/// </summary>
internal static class NodePeers
{
    private static readonly Lazy<Task> Installation = new(InstallAsync);

    /// <summary>Installs what is missing; throws with npm's own words when it cannot.</summary>
    public static Task EnsureInstalledAsync() => Installation.Value;

    /// <summary>Runs a script to its end and gives its standard output; throws with its error output when it fails.</summary>
    public static async Task<string> RunAsync(string script, IReadOnlyDictionary<string, string> environment)
    {
        await EnsureInstalledAsync();
        return await RunToEndAsync("node", [script], environment);
    }

    private static async Task InstallAsync()
    {
        var hash = Convert.ToHexStringLower(
            SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(RepositoryPaths.Peers, "package-lock.json")))
        );
        var stamp = Path.Combine(RepositoryPaths.Peers, "node_modules", ".lock-hash");
        await using var guard = await LockAsync(Path.Combine(RepositoryPaths.Peers, ".install.lock"));
        if (File.Exists(stamp) && (await File.ReadAllTextAsync(stamp)).Trim() == hash)
        {
            return;
        }

        await RunToEndAsync("npm", ["ci", "--no-audit", "--no-fund"], new Dictionary<string, string>());
        await File.WriteAllTextAsync(stamp, hash);
    }

    // An exclusive handle is the lock: it goes with its process, however that ends.
    private static async Task<FileStream> LockAsync(string path)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200);
            }
        }
    }

    private static async Task<string> RunToEndAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = RepositoryPaths.Peers,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }
}
