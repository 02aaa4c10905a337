using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Journal;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What the process says, and with which exit code it ends, when it cannot start as it was told; and what it survives.</summary>
public sealed class StartupTests
{
    private const string Secret = "open-sesame-4711";

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("PhiGateway: yes")]
    [InlineData("{\"PhiGateway\":{\"Node\":\"a\",\"Node\":\"b\"}}")]
    public async Task Start_NotJson_SaysSo(string text)
    {
        using var folder = new StartupFolder();
        await File.WriteAllTextAsync(folder.At("broken.json"), text);

        foreach (var command in new[] { "validate", null })
        {
            var (exit, output) = await StartupFolder.RunAsync([
                .. command is null ? Array.Empty<string>() : [command],
                "--config",
                folder.At("broken.json"),
            ]);

            Assert.Equal(2, exit);
            Assert.Contains("is not valid JSON", output);
            Assert.DoesNotContain("   at ", output);
        }
    }

    // Whatever takes the signal first, while only some of it runs.
    [Fact]
    public async Task Stop_AskedWhileItStarts_IsNotLost()
    {
        using var folder = new StartupFolder();
        await using var gateway = folder.Prepare();

        await gateway.StopWhileStartingAsync();
    }

    [Theory]
    [InlineData("--config", "/no/such/file.json")]
    [InlineData("--nonsense", "1")]
    [InlineData("validate", "--nonsense")]
    [InlineData("demo", "--host", "0.0.0.0")]
    [InlineData("demo", "--port", "99999")]
    [InlineData("demo", "--port", "9000", "--admin-port", "9000")]
    public async Task Start_CommandLineWrong_EndsWithTwo(params string[] arguments)
    {
        var (exit, output) = await StartupFolder.RunAsync(arguments);

        Assert.Equal(2, exit);
        Assert.NotEmpty(output.Trim());
        Assert.DoesNotContain("   at ", output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_ManyMistakes_ListsAllAndEchoesNoSecret(bool validateOnly)
    {
        using var folder = new StartupFolder();
        folder.Gateway["Enviroment"] = "production";
        folder.Gateway["Registry"] = new JsonObject { ["Provider"] = "Postgres", ["ConnectionString"] = $"Host=db;Password={Secret}" };
        folder.Gateway["Listeners"]!["Data"] = "http://0.0.0.0:8080";
        folder.Gateway["Limits"] = new JsonObject { ["Concurrency"] = "many", ["MaxAnswer"] = Secret };
        folder.Gateway["Admin"]!["BootstrapKey"] = Secret;
        folder.Issuer["Algorithm"] = "ES256";
        await File.WriteAllTextAsync(folder.At("jwks.json"), "<html>Login</html>");
        folder.Issuer["Jwks"] = folder.At("jwks.json");
        folder.Configuration["ReverseProxy"]!["Clusters"]!["ehr"]!["Metadata"] = new JsonObject
        {
            ["Phi.Credential"] = Secret,
            ["Phi.Credentials"] = Secret,
        };

        var (exit, output) = await folder.RunAsync(validateOnly);

        Assert.Equal(2, exit);
        foreach (
            var key in new[]
            {
                "PhiGateway:Enviroment",
                "PhiGateway:Registry:ConnectionString",
                "PhiGateway:Listeners:Data",
                "PhiGateway:Limits:Concurrency",
                "PhiGateway:Limits:MaxAnswer",
                "PhiGateway:Admin:BootstrapKey",
                "PhiGateway:Issuers:0:Algorithm",
                "Jwks",
                "Phi.Credential ",
                "Phi.Credentials",
            }
        )
        {
            Assert.Contains(key, output);
        }

        Assert.DoesNotContain(Secret, output);
        Assert.DoesNotContain("   at ", output);
        Assert.False(Directory.Exists(folder.At("journal")));
    }

    [Theory]
    [InlineData("Data")]
    [InlineData("Admin")]
    public async Task Start_PortBusy_SaysWhichAndEndsWithOne(string plane)
    {
        using var folder = new StartupFolder();
        using var busy = new TcpListener(IPAddress.Loopback, plane == "Data" ? folder.DataPort : folder.AdminPort);
        busy.Start();

        var (exit, output) = await folder.RunAsync();

        Assert.Equal(1, exit);
        Assert.Contains($"127.0.0.1:{((IPEndPoint)busy.LocalEndpoint).Port}", output);
        Assert.Contains("The gateway cannot start: ", output);
        Assert.DoesNotContain("   at ", output);
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("registry")]
    [InlineData("audit")]
    [InlineData("log")]
    public async Task Start_PlaceCannotBeWritten_SaysWhichAndEndsWithOne(string place)
    {
        using var folder = new StartupFolder();
        await File.WriteAllTextAsync(folder.At("file"), "A file where a folder should be.");
        var below = folder.At(Path.Combine("file", "below"));
        switch (place)
        {
            case "journal":
                folder.Gateway["Audit"]!["Journal"]!["Directory"] = below;
                break;
            case "registry":
                folder.Gateway["Registry"]!["ConnectionString"] = $"Data Source={below}";
                break;
            case "audit":
                folder.Gateway["Audit"]!["Store"]!["ConnectionString"] = $"Data Source={below}";
                break;
            default:
                folder.Gateway["LogFile"] = Path.Combine(below, "gateway-.log");
                break;
        }

        var (exit, output) = await folder.RunAsync();

        Assert.True(exit == 1, $"{exit}: {output}");
        Assert.Contains("The gateway cannot start: ", output);
        Assert.Contains(folder.At("file"), output);
        Assert.DoesNotContain("   at ", output);
    }

    [Fact]
    public async Task Start_JournalOfARunningNode_SaysSoAndLeavesItAlone()
    {
        using var folder = new StartupFolder();
        await using var first = folder.Prepare();
        await first.StartAsync(untilReady: false);
        folder.Gateway["Listeners"] = new JsonObject
        {
            ["Data"] = $"http://127.0.0.1:{LoopbackPort.Free()}",
            ["Admin"] = $"http://127.0.0.1:{LoopbackPort.Free()}",
        };

        var (exit, output) = await folder.RunAsync();

        Assert.Equal(1, exit);
        Assert.Contains("is in use by another process", output);
        using var http = new HttpClient();
        Assert.Equal("alive", await http.GetStringAsync(new Uri(first.Admin, "/livez")));
    }

    [Fact]
    public async Task Start_HalfWrittenTail_SaysSoInTheTrailAndLosesNothing()
    {
        using var folder = new StartupFolder();
        await using var gateway = folder.Prepare();
        await ServeAsync(gateway);
        using var http = new HttpClient();
        using var refused = await http.GetAsync(new Uri(gateway.Data, "/fhir/Patient/f001"));
        var decision = Guid.Parse(Assert.Single(refused.Headers.GetValues("X-Request-Id")));
        await gateway.KillAsync();
        var end = JournalRecovery.Read(folder.At("journal")).Tail!.End;
        var segment = Directory.GetFiles(folder.At("journal"), "*.segment").Order(StringComparer.Ordinal).Last();
        using (var file = File.OpenHandle(segment, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, [1, 2, 3, 4, 5, 6, 7, 8, 9], end);
        }

        await gateway.StartAsync(untilReady: false);
        await gateway.StopAsync();

        await using var journal = await FileJournal.OpenAsync(
            new JournalOptions
            {
                Directory = folder.At("journal"),
                LogName = "gw-01",
                Budget = 64 * 1024 * 1024,
                SegmentBytes = JournalOptions.MinSegmentBytes,
            },
            TimeProvider.System
        );
        var records = JournalFolder.ReadAll(journal).Select(pair => pair.Record).ToList();
        Assert.Contains(records, record => record.Id == decision && record.Reason == "no-credential");
        Assert.Contains(
            records,
            record => record.Event == "journal.recovery" && record.Note!.StartsWith("Dropped 9 bytes", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Start_IssuerDown_RunsRefusesAndRecovers()
    {
        using var folder = new StartupFolder();
        var client = new IdentityProviderClient("somebody", "system/*.rs") { ClientSecret = "somebody-secret-for-tests-0123456789" };
        var config = new IdentityProviderConfig("https://gw.hospital.example/fhir", [client]) { Port = LoopbackPort.Free() };
        string early;
        await using (var issuer = await IdentityProvider.StartAsync(config))
        {
            folder.Issuer["Issuer"] = issuer.Issuer;
            early = await issuer.TokenAsync(client);
        }

        await using var gateway = folder.Prepare();
        await ServeAsync(gateway);
        var (status, body, headers) = await AskAsync(gateway, early);
        Assert.Equal(503, status);
        Assert.Contains("issuer-unavailable", body);
        Assert.NotNull(headers.RetryAfter);
        using (var http = new HttpClient())
        using (var ready = await http.GetAsync(new Uri(gateway.Admin, "/readyz")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
            Assert.Contains("no issuer's keys are there", await ready.Content.ReadAsStringAsync());
        }

        await using var again = await IdentityProvider.StartAsync(config);
        var token = await again.TokenAsync(client);
        while (status == 503)
        {
            (status, body, _) = await AskAsync(gateway, token);
            await Task.Delay(50);
        }

        Assert.Contains("unknown-client", body);
    }

    [Fact]
    public async Task Start_NoBootstrapKeyConfigured_PutsOneIntoAFile_AndNotIntoTheLog()
    {
        using var folder = new StartupFolder();
        folder.Gateway.Remove("Admin");
        await using var gateway = folder.Prepare();

        await gateway.StartAsync(untilReady: false);
        var said = Assert.Single(gateway.Output.Split('\n'), line => line.StartsWith("First admin key", StringComparison.Ordinal));
        var file = said["First admin key: in ".Length..said.IndexOf(',', StringComparison.Ordinal)];
        var key = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        using var admin = new AdminClient(gateway.Admin, key);
        Assert.Equal(HttpStatusCode.OK, (await admin.TryAsync(HttpMethod.Get, "clients")).Status);
        await gateway.StopAsync();
        await gateway.StartAsync(untilReady: false);
        await gateway.StopAsync();

        Assert.DoesNotContain(key, gateway.Output);
        Assert.Equal(key, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    // The control plane answers first, so that an operator can look at a node that does not serve yet.
    private static async Task ServeAsync(GatewayProcess gateway)
    {
        await gateway.StartAsync(untilReady: false);
        while (true)
        {
            try
            {
                using var connection = await RawConnection.OpenAsync(gateway.Data);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task<(int Status, string Body, System.Net.Http.Headers.HttpResponseHeaders Headers)> AskAsync(
        GatewayProcess gateway,
        string token
    )
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var reply = await http.GetAsync(new Uri(gateway.Data, "/fhir/Patient/f001"));
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(), reply.Headers);
    }
}
