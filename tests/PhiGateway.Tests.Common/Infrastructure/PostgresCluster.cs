using System.Diagnostics;
using Npgsql;

namespace PhiGateway.Tests.Common.Infrastructure;

/// <summary>A Postgres server of the tests' own in a temporary folder, on loopback; trusts everyone there and is gone afterwards.</summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private static int _databases;

    private readonly string _folder;
    private readonly string _binaries;
    private readonly bool _fsync;

    private PostgresCluster(string folder, string binaries, int port, bool fsync)
    {
        _folder = folder;
        _binaries = binaries;
        _fsync = fsync;
        Port = port;
    }

    public int Port { get; }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Makes and starts one; throws with what to install when there is no Postgres.</summary>
    /// <param name="fsync">Off unless durability or its price is what the test is about.</param>
    public static async Task<PostgresCluster> StartNewAsync(bool fsync = false)
    {
        var binaries = FindBinaries();
        var folder = Directory.CreateTempSubdirectory("phigw-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", folder);
        }

        var cluster = new PostgresCluster(folder, binaries, LoopbackPort.Free(), fsync);
        await cluster.RunAsOwnerAsync(
            "initdb",
            "-D",
            cluster.Data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync"
        );
        await cluster.StartAsync();
        return cluster;
    }

    /// <summary>A streaming standby of this server, started and caught up with its base backup.</summary>
    public async Task<PostgresCluster> StartStandbyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("phigw-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", folder);
        }

        var standby = new PostgresCluster(folder, _binaries, LoopbackPort.Free(), _fsync);
        await RunAsOwnerAsync(
            "pg_basebackup",
            "-h",
            "127.0.0.1",
            "-p",
            $"{Port}",
            "-U",
            "postgres",
            "-D",
            standby.Data,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
            "--no-sync"
        );
        await standby.StartAsync();
        return standby;
    }

    /// <summary>Makes a standby the primary.</summary>
    public Task PromoteAsync() => RunAsOwnerAsync("pg_ctl", "promote", "-w", "-s", "-D", Data);

    /// <summary>Waits until a standby has replayed what this server has written.</summary>
    public async Task CaughtUpAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        while (true)
        {
            await using var command = new NpgsqlCommand(
                "SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= pg_current_wal_lsn()",
                connection
            );
            if (await command.ExecuteScalarAsync() is long and > 0)
            {
                return;
            }

            await Task.Delay(20);
        }
    }

    /// <summary>
    /// A connection string that names two servers of one history: whichever is the primary is called, and asked for anew each second (the
    /// driver asks every ten unless it is told).
    /// </summary>
    public static string ConnectionString(PostgresCluster one, PostgresCluster other, string database) =>
        $"Host=127.0.0.1:{one.Port},127.0.0.1:{other.Port};Database={database};Username=postgres;Timeout=5;"
        + "Target Session Attributes=primary;Host Recheck Seconds=1";

    public string ConnectionString(string database, string user = "postgres") =>
        $"Host=127.0.0.1;Port={Port};Database={database};Username={user};Timeout=5;Include Error Detail=true";

    /// <summary>The name of the database in a connection string.</summary>
    public static string DatabaseOf(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString).Database!;

    /// <summary>A new database; returns its connection string.</summary>
    /// <param name="model">The database of this server that it is a copy of; null: it is empty.</param>
    public async Task<string> CreateDatabaseAsync(string? model = null)
    {
        var name = $"t{Interlocked.Increment(ref _databases)}_{Environment.ProcessId}";
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {model ?? "template1"}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    public Task StartAsync()
    {
        // Without fsync a crash of the processes still loses nothing, only one of the machine would.
        var sync = _fsync ? string.Empty : " -c fsync=off -c full_page_writes=off";
        return RunAsOwnerAsync(
            "pg_ctl",
            "start",
            "-w",
            "-s",
            "-D",
            Data,
            "-l",
            Path.Combine(_folder, "log"),
            "-o",
            $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_folder} -c max_connections=200{sync}"
        );
    }

    /// <summary>Stops at once, as a crash would.</summary>
    public Task StopAsync() => RunAsOwnerAsync("pg_ctl", "stop", "-w", "-s", "-m", "immediate", "-D", Data);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await StopAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string FindBinaries()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .ToList();
        if (Directory.Exists("/usr/lib/postgresql"))
        {
            folders.AddRange(
                Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin"))
            );
        }

        // A link to the real folder stands for all that is in it.
        return folders
                .Where(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "pg_ctl")))
                .Select(f =>
                    File.ResolveLinkTarget(Path.Combine(f, "initdb"), returnFinalTarget: true) is { } real
                        ? Path.GetDirectoryName(real.FullName)!
                        : f
                )
                .FirstOrDefault()
            ?? throw new InvalidOperationException(
                "These tests need PostgreSQL (initdb and pg_ctl): install the package 'postgresql', or put its bin folder on PATH."
            );
    }

    // Postgres refuses to run as root: there its own user does it.
    private Task RunAsOwnerAsync(string program, params string[] arguments)
    {
        var path = Path.Combine(_binaries, program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    internal static async Task RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            // A started server may hold the pipes: they are read only when there is none.
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}"
            );
        }
    }
}
