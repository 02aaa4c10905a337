using System.Globalization;
using System.Text.Json;
using PhiGateway.Admin.Access;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Storage;

namespace PhiGateway.Gateway.Composition;

/// <summary>Runs the gateway from configuration, or only checks the configuration.</summary>
internal static class RunCommand
{
    private const string DefaultFile = "appsettings.json";

    private const string Usage = """
        phi-gateway                        run with ./appsettings.json and PHIGW__… variables
          --config FILE                    another configuration file
        phi-gateway validate [--config F]  check the configuration and list every problem
        phi-gateway migrate [--config F]   bring both databases to this version's schema and end (as their owner)
        phi-gateway seal-registry [--config F]  seal the registry's documents that have no seal yet, as they stand
        phi-gateway seal-audit [--config F]  seal stored bodies of the trail, and wrap every data key under the current body key
        phi-gateway import-archive ARCHIVE INTO [VKEY…] [--config F]  verify an archive and make a store of it that is only read
        phi-gateway verify-audit [--config F]  verify log, journal and store: exit code 1 when something was changed
        phi-gateway probe [--config F]     ask this machine's node whether it is ready: exit code 0 or 1
        phi-gateway demo                   run the demonstration on loopback
          --port N --admin-port N          other ports (default 8080 and 8081)
          --token-port N                   port of the token service (default: a free one)
          --data DIR                       where it keeps its files (default ./demo-data)
        """;

    /// <summary>Runs until it is told to stop.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (!TryReadFile(args, out var file) || Load(file) is not { } loaded)
        {
            return 2;
        }

        try
        {
            await using var host = await GatewayHost.StartAsync(loaded.Options, loaded.Configuration, quiet: false, CancellationToken.None);
            if (host.BootstrapKey is not null)
            {
                await ShowAsync(loaded.Options);
            }

            _ = ShowLaterAsync(host, loaded.Options);

            await host.WaitForStopAsync();
            return 0;
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault))
        {
            await System.Console.Error.WriteLineAsync($"The gateway cannot start: {fault.Message}");
            return 1;
        }
    }

    /// <summary>Checks and says what is wrong.</summary>
    public static async Task<int> ValidateAsync(string[] args)
    {
        if (!TryReadFile(args, out var file) || Load(file) is null)
        {
            return 2;
        }

        await System.Console.Out.WriteLineAsync("The configuration is good.");
        return 0;
    }

    /// <summary>Asks the node that runs with this configuration.</summary>
    public static async Task<int> ProbeAsync(string[] args) =>
        !TryReadFile(args, out var file) || !File.Exists(file) ? 2 : await ProbeCommand.RunAsync(file);

    /// <summary>Verifies the trail of the node with this configuration; it may run meanwhile.</summary>
    public static async Task<int> VerifyAuditAsync(string[] args) =>
        !TryReadFile(args, out var file) || Load(file) is not { } loaded
            ? 2
            : await VerifyAuditCommand.RunAsync(loaded.Options, System.Console.Out, System.Console.Error);

    /// <summary>Seals what the registry holds without a seal.</summary>
    public static async Task<int> SealRegistryAsync(string[] args) =>
        !TryReadFile(args, out var file) || Load(file) is not { } loaded
            ? 2
            : await SealRegistryCommand.RunAsync(loaded.Options, System.Console.Out, System.Console.Error);

    /// <summary>Seals what the audit store holds unsealed.</summary>
    public static async Task<int> SealAuditAsync(string[] args) =>
        !TryReadFile(args, out var file) || Load(file) is not { } loaded
            ? 2
            : await SealAuditCommand.RunAsync(loaded.Options, System.Console.Out, System.Console.Error);

    /// <summary>Verifies an archive and makes a store of it.</summary>
    public static async Task<int> ImportArchiveAsync(string[] args)
    {
        var at = Array.IndexOf(args, "--config");
        var rest = at < 0 ? [] : args[at..];
        var named = at < 0 ? args : args[..at];
        var keys = named.Skip(2).Select(NoteKey.Parse).ToList();
        if (named.Length < 2 || keys.Contains(null))
        {
            await System.Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        return !TryReadFile(rest, out var file) || Load(file) is not { } loaded
            ? 2
            : await ImportArchiveCommand.RunAsync(
                loaded.Options,
                named[0],
                named[1],
                [.. keys.OfType<NoteKey>()],
                System.Console.Out,
                System.Console.Error
            );
    }

    /// <summary>Prints the usage.</summary>
    public static async Task<int> HelpAsync()
    {
        await System.Console.Out.WriteLineAsync(Usage);
        return 0;
    }

    /// <summary>
    /// Brings both databases to this binary's schema and ends; run with the login that owns the tables, which need not have the secrets that
    /// a node has: what is wrong elsewhere in the configuration is no matter here.
    /// </summary>
    public static async Task<int> MigrateAsync(string[] args)
    {
        if (!TryReadFile(args, out var file) || Load(file, IsOfDatabases) is not { } loaded)
        {
            return 2;
        }

        var options = loaded.Options;
        try
        {
            await using var registry = RegistryStorage.Create(
                GatewayHost.StoreOf(options.Registry.Provider, options.Registry.ConnectionString)
            );
            await using var audit = AuditStorage.Create(
                GatewayHost.StoreOf(options.Audit.Store.Provider, options.Audit.Store.ConnectionString)
            );
            await registry.Migrator.MigrateAsync(CancellationToken.None);
            await audit.Migrator.MigrateAsync(CancellationToken.None);
            await System.Console.Out.WriteLineAsync("Both databases have the schema of this version.");
            return 0;
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault))
        {
            await System.Console.Error.WriteLineAsync($"The databases were not migrated: {fault.Message}");
            return 1;
        }
    }

    // The key itself is not said: what is printed ends up in a log.
    private static Task ShowAsync(GatewayOptions options) =>
        System.Console.Out.WriteLineAsync(
            $"First admin key: in {FirstKey.FileOf(options)}, readable by its owner only, and nowhere else.{Environment.NewLine}"
                + $"It has every role, stands for nobody and ends in {BootstrapKey.Life.Days} days: make a key for each person with it, two of "
                + "them at least, and then delete it and the file (phigw key delete bootstrap, by a key of the role admin)."
        );

    private static async Task ShowLaterAsync(GatewayHost host, GatewayOptions options)
    {
        if (await host.LateBootstrapKey is not null)
        {
            await ShowAsync(options);
        }
    }

    private static bool TryReadFile(string[] args, out string file)
    {
        file = args is ["--config", var path] ? path : DefaultFile;
        if (args.Length is 0 || args is ["--config", _])
        {
            return true;
        }

        System.Console.Error.WriteLine("Unknown arguments.");
        System.Console.Error.WriteLine(Usage);
        return false;
    }

    private static bool IsOfDatabases(ConfigurationProblem problem) =>
        problem.Key.StartsWith("PhiGateway:Registry", StringComparison.Ordinal)
        || problem.Key.StartsWith("PhiGateway:Audit:Store", StringComparison.Ordinal);

    private static LoadedConfiguration? Load(string file, Func<ConfigurationProblem, bool>? matters = null)
    {
        if (!File.Exists(file))
        {
            System.Console.Error.WriteLine(
                $"There is no configuration file {file}. Run the demonstration with 'demo', or name a file with --config."
            );
            return null;
        }

        try
        {
            var configuration = GatewayConfiguration.Load(file);
            var (options, all) = NodeConfiguration.Read(configuration);
            IReadOnlyList<ConfigurationProblem> problems = matters is null ? all : [.. all.Where(matters)];
            if (problems.Count == 0)
            {
                return new LoadedConfiguration(options, configuration);
            }

            System.Console.Error.WriteLine(
                $"The configuration {file} has {problems.Count} problem{(problems.Count == 1 ? string.Empty : "s")}:"
            );
            foreach (var problem in problems)
            {
                System.Console.Error.WriteLine($"  {problem.Key} {problem.Message}");
            }
        }
        catch (InvalidDataException fault)
        {
            System.Console.Error.WriteLine($"The configuration {file} is not valid JSON{PlaceOf(fault)}.");
        }

        return null;
    }

    // Where, not what: a configuration holds references to secrets, and by mistake secrets.
    private static string PlaceOf(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is JsonException { LineNumber: { } line, BytePositionInLine: { } column })
            {
                return string.Create(CultureInfo.InvariantCulture, $": line {line + 1}, column {column + 1}");
            }
        }

        return string.Empty;
    }

    private sealed record LoadedConfiguration(GatewayOptions Options, Microsoft.Extensions.Configuration.IConfigurationRoot Configuration);
}
