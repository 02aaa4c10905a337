using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>doctor</c>, which checks configuration, ports, clock and whether the gateway answers.</summary>
internal static class DoctorCommand
{
    // More than this and tokens with the usual skew are refused.
    private static readonly TimeSpan TolerableClock = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Create(CommonOptions common)
    {
        var config = new Option<FileInfo?>("--config") { Description = "Gateway configuration (appsettings.json) to check." };
        return CliRun.Action(
            new Command("doctor", "Checks configuration, ports, clock and the admin API; 1 when something is wrong.") { config },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var checks = new JsonArray();
                if (parsed.GetValue(config) is { } file)
                {
                    checks.Add(Config(file));
                }

                checks.Add(await PortAsync(run.Server, cancellationToken));
                if ((bool)checks[^1]!["ok"]!)
                {
                    checks.Add(await ClockAsync(run.Server, cancellationToken));
                    checks.Add(await AdminAsync(run, cancellationToken));
                }

                Printer.List(run.Out, run.Format, checks, "check", "ok", "detail");
                if (checks.All(static check => (bool)check!["ok"]!))
                {
                    return ExitCodes.Ok;
                }

                var port = checks.First(static check => (string?)check!["check"] == "port")!;
                return (bool)port["ok"]! ? ExitCodes.Findings : ExitCodes.Unreachable;
            }
        );
    }

    private static JsonObject Config(FileInfo file)
    {
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(file.FullName),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false }
            );
            return document.RootElement.TryGetProperty("PhiGateway", out _)
                ? Check("config", true, "JSON with a section PhiGateway; what it says is judged by 'phi-gateway validate'")
                : Check("config", false, "there is no section PhiGateway");
        }
        catch (JsonException exception)
        {
            return Check("config", false, $"line {(exception.LineNumber ?? 0) + 1}: not JSON that can be read in one way");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return Check("config", false, "cannot be read");
        }
    }

    private static async Task<JsonObject> PortAsync(Uri server, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(server.Host, server.Port, patience.Token);
            return Check("port", true, $"{server.Host}:{server.Port} accepts connections");
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException)
        {
            return Check("port", false, $"{server.Host}:{server.Port} does not answer");
        }
    }

    private static async Task<JsonObject> ClockAsync(Uri server, CancellationToken cancellationToken)
    {
        try
        {
            using var http = new HttpClient { Timeout = Patience };
            using var response = await http.GetAsync(new Uri(server, "/admin/v1/config/status"), cancellationToken);
            if (response.Headers.Date is not { } theirs)
            {
                return Check("clock", true, "the server does not tell its time");
            }

            var difference = (TimeProvider.System.GetUtcNow() - theirs).Duration();
            return Check(
                "clock",
                difference <= TolerableClock,
                string.Create(CultureInfo.InvariantCulture, $"{difference.TotalSeconds:0} s apart")
            );
        }
        catch (HttpRequestException exception)
        {
            return Check("clock", false, ConnectionWords.Of(server, exception));
        }
        catch (TaskCanceledException)
        {
            return Check("clock", false, "the server did not answer a request in time");
        }
    }

    private static async Task<JsonObject> AdminAsync(CliRun run, CancellationToken cancellationToken)
    {
        try
        {
            var status = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/config/status", cancellationToken)).Json;
            var good = (bool)status["in_force"]! && (string?)status["journal"] == "open" && status["problems"]!.AsArray().Count == 0;
            return Check(
                "admin",
                good,
                $"revision {status["revision"]}, in force {status["in_force"]}, journal {status["journal"]}, {status["problems"]!.AsArray().Count} problems"
            );
        }
        catch (CliFault fault)
        {
            return Check("admin", false, fault.Message.Split('\n')[0]);
        }
    }

    private static JsonObject Check(string name, bool ok, string detail) =>
        new()
        {
            ["check"] = name,
            ["ok"] = ok,
            ["detail"] = detail,
        };
}
