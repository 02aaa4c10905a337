using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>
/// A real PgBouncer in front of a Postgres of the tests, with so few connections of its own that they go from hand to hand; it ignores no
/// parameter that a client may not give.
/// </summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly int _port;
    private readonly string _mode;
    private Process? _process;

    private PgBouncer(string folder, int port, string mode) => (_folder, _port, _mode) = (folder, port, mode);

    private string Settings => Path.Combine(_folder, "pgbouncer.ini");

    private string PidFile => Path.Combine(_folder, "pid");

    /// <summary>Starts one.</summary>
    /// <param name="server">Port of the Postgres behind it.</param>
    /// <param name="mode"><c>transaction</c> or <c>session</c>.</param>
    public static async Task<PgBouncer> StartAsync(int server, string mode)
    {
        var folder = Directory.CreateTempSubdirectory("phigw-bouncer-").FullName;
        var bouncer = new PgBouncer(folder, LoopbackPort.Free(), mode);
        await File.WriteAllTextAsync(Path.Combine(folder, "users"), "\"postgres\" \"\"\n");
        await bouncer.WriteAsync(server);

        // It refuses to run as root, as Postgres does.
        string[] command = ["pgbouncer", "-q", bouncer.Settings];
        if (Environment.IsPrivilegedProcess)
        {
            await PostgresCluster.RunAsync("chown", "-R", "postgres", folder);
            command = ["runuser", "-u", "postgres", "--", .. command];
        }

        bouncer._process = Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        bouncer._process.BeginErrorReadLine();
        bouncer._process.BeginOutputReadLine();
        while (!await bouncer.TakesConnectionsAsync())
        {
            if (bouncer._process.HasExited)
            {
                throw new InvalidOperationException($"pgbouncer ended: {await File.ReadAllTextAsync(Path.Combine(folder, "log"))}");
            }

            await Task.Delay(20);
        }

        return bouncer;
    }

    /// <summary>The way through it to a database.</summary>
    /// <param name="direct">A connection string of the server itself.</param>
    public string Through(string direct)
    {
        var address = new NpgsqlConnectionStringBuilder(direct) { Host = "127.0.0.1", Port = _port };
        return address.ConnectionString;
    }

    /// <summary>Leads to another server from now on, as an operator does after a failover.</summary>
    public async Task LeadToAsync(int server)
    {
        await WriteAsync(server);
        await PostgresCluster.RunAsync("kill", "-HUP", (await File.ReadAllTextAsync(PidFile)).Trim());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task WriteAsync(int server) =>
        await File.WriteAllTextAsync(
            Settings,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                [databases]
                * = host=127.0.0.1 port={server}

                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {_port}
                unix_socket_dir =
                auth_type = trust
                auth_file = {Path.Combine(_folder, "users")}
                pool_mode = {_mode}
                default_pool_size = {(_mode == "session" ? 40 : 3)}
                max_client_conn = 200
                server_login_retry = 1
                logfile = {Path.Combine(_folder, "log")}
                pidfile = {PidFile}

                """
            )
        );

    private async Task<bool> TakesConnectionsAsync()
    {
        try
        {
            using var tcp = new System.Net.Sockets.TcpClient();
            await tcp.ConnectAsync("127.0.0.1", _port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}
