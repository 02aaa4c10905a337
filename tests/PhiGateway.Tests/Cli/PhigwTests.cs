using System.Text.Json.Nodes;
using PhiGateway.Cli;
using PhiGateway.Cli.Common;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Cli;

public sealed class PhigwTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw").FullName;

    [Fact]
    public async Task Validate_GoodFileIs0_BadFileIs1_MissingIs2()
    {
        var good = await RunAsync(
            null,
            null,
            "validate",
            Write(
                "good.yaml",
                ConfigTests.File.Replace("2026", "2126", StringComparison.Ordinal).Replace("2027", "2127", StringComparison.Ordinal)
            )
        );
        Assert.True(good.Code == 0, good.Output + good.Error);
        var bad = await RunAsync(null, null, "validate", Write("bad.yaml", "organisations: []"));
        Assert.Equal(1, bad.Code);
        Assert.Contains("/organisations", bad.Output);
        Assert.Contains("Did you mean 'organizations'?", bad.Output);
        Assert.Contains("bad.yaml", bad.Error);
        Assert.Equal(2, (await RunAsync(null, null, "validate", Path.Combine(_folder, "none.yaml"))).Code);
    }

    [Fact]
    public async Task Apply_ExportedFile_PlansNoChanges()
    {
        await using var server = await AdminServer.StartAsync();
        var file = Write("registry.yaml", ConfigTests.File);
        var plan = await RunAsync(server, "olga", "plan", file);
        Assert.Equal(1, plan.Code);
        Assert.Contains("create  client/acme-results-connector", plan.Output);
        var dry = await RunAsync(server, "olga", "apply", file, "--dry-run");
        Assert.Equal(0, dry.Code);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/clients/acme-results-connector")).Status);
        Assert.Equal(0, (await RunAsync(server, "olga", "apply", file)).Code);
        var again = await RunAsync(server, "olga", "plan", file);
        Assert.Equal(0, again.Code);
        Assert.Contains("no changes", again.Output);
        var export = await RunAsync(server, "vera", "export");
        Assert.Equal(0, (await RunAsync(server, "olga", "plan", Write("export.yaml", export.Output), "--prune")).Code);
        Assert.Equal(
            0,
            (
                await RunAsync(
                    server,
                    "olga",
                    "plan",
                    Write("export.json", (await RunAsync(server, "vera", "export", "-o", "json")).Output)
                )
            ).Code
        );
        Assert.Equal(3, (await RunAsync(server, "vera", "apply", file)).Code);
        Assert.Equal(3, (await RunAsync(server, "olga", "apply", file, "--if-match", "\"stale\"")).Code);
    }

    [Fact]
    public async Task Client_WholeLife_GoesThroughTheCommandLine()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        Assert.Contains("acme-connector", (await RunAsync(server, "vera", "client", "list", "--filter", "status=draft")).Output);
        Assert.Equal(
            "acme-connector",
            (string)JsonNode.Parse((await RunAsync(server, "vera", "client", "show", "acme-connector", "-o", "json")).Output)!["id"]!
        );
        Assert.Contains("useCase: lab-results", (await RunAsync(server, "vera", "client", "show", "acme-connector", "-o", "yaml")).Output);
        Assert.Equal(0, (await RunAsync(server, "olga", "client", "submit", "acme-connector")).Code);
        var posture = await RunAsync(server, "vera", "client", "posture", "acme-connector", "-o", "json");
        Assert.Equal(1, posture.Code);
        var fingerprint = (string)JsonNode.Parse(posture.Output)!["fingerprint"]!;
        Assert.Equal(3, (await RunAsync(server, "olga", "client", "approve", "acme-connector", "--fingerprint", fingerprint)).Code);
        Assert.Equal(0, (await RunAsync(server, "anna", "client", "approve", "acme-connector", "--fingerprint", fingerprint)).Code);
        Assert.Equal(1, (await RunAsync(server, "olga", "client", "suspend", "acme-connector")).Code);
        Assert.Equal(0, (await RunAsync(server, "olga", "client", "suspend", "acme-connector", "--reason", "odd")).Code);
        Assert.Equal(0, (await RunAsync(server, "anna", "client", "resume", "acme-connector")).Code);
        Assert.Equal(0, (await RunAsync(server, "olga", "client", "revoke", "acme-connector", "-r", "over", "--dry-run")).Code);
        Assert.Equal("active", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
        Assert.Equal(0, (await RunAsync(server, "olga", "client", "revoke", "acme-connector", "-r", "over")).Code);
        Assert.Equal(3, (await RunAsync(server, "vera", "client", "show", "nobody")).Code);
    }

    [Fact]
    public async Task Revoke_AnyTarget_IsWritten()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.NotEqual(0, (await RunAsync(server, "olga", "revoke", "organization", "labcoo", "--reason", "drill")).Code);
        Assert.Equal(0, (await RunAsync(server, "olga", "revoke", "tenant", "north", "--reason", "drill")).Code);
        Assert.Equal(0, (await RunAsync(server, "olga", "revoke", "issued-before", "2026-05-01T11:00:00Z", "--reason", "leak")).Code);
        Assert.Equal(2, (await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray().Count);
        Assert.Equal(2, (await RunAsync(server, "olga", "revoke", "everything", "x", "--reason", "r")).Code);
    }

    [Fact]
    public async Task AuditSearch_AsAuditor_WorksAsViewerIsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(
            0,
            (
                await RunAsync(
                    server,
                    "august",
                    "audit",
                    "search",
                    "--client",
                    "acme-connector",
                    "--patient",
                    "Patient/p-1",
                    "--tenant",
                    "north"
                )
            ).Code
        );
        Assert.Equal(["key(north,p-1)"], server.Trail.LastQuery!.PatientKeys);
        Assert.Equal(3, (await RunAsync(server, "vera", "audit", "search")).Code);
    }

    [Fact]
    public async Task Doctor_ReachableAdmin_ChecksIt_ClosedPortIs4()
    {
        await using var server = await AdminServer.StartAsync();
        var healthy = await RunAsync(server, "vera", "doctor", "--config", Write("appsettings.json", """{"PhiGateway":{}}"""));
        Assert.Contains("admin", healthy.Output);
        Assert.Contains("revision", healthy.Output);
        Assert.Equal(1, (await RunAsync(server, "vera", "doctor", "--config", Write("broken.json", "{"))).Code);
        var port = LoopbackPort.Free();
        Assert.Equal(4, (await RunAsync(server, "vera", "doctor", "--server", $"http://127.0.0.1:{port}")).Code);
        Assert.Equal(4, (await RunAsync(server, "vera", "client", "list", "--server", $"http://127.0.0.1:{port}")).Code);
    }

    [Fact]
    public async Task Queue_And_Alerts_ShowWhatWaits()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(0, (await RunAsync(server, "vera", "queue")).Code);
        await Approvals.OpenAsync(server);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""");
        var queue = await RunAsync(server, "vera", "queue", "--why", "changed");
        Assert.Equal(1, queue.Code);
        Assert.Contains("organization/acme by olga@hospital.example", queue.Output);
        Assert.Equal(2, (await RunAsync(server, "vera", "queue", "--why", "odd")).Code);

        Assert.Equal(0, (await RunAsync(server, "vera", "alert", "list")).Code);
        await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", "{}");
        var alerts = await RunAsync(server, "vera", "alert", "list", "-o", "json");
        Assert.Equal(1, alerts.Code);
        var id = (string)JsonNode.Parse(alerts.Output)!["items"]![0]!["id"]!;
        Assert.Equal(0, (await RunAsync(server, "olga", "alert", "acknowledge", id)).Code);
        Assert.Equal(1, (await RunAsync(server, "olga", "alert", "close", id)).Code);
        Assert.Equal(0, (await RunAsync(server, "olga", "alert", "close", id, "-r", "new owner named")).Code);
        Assert.Equal(3, (await RunAsync(server, "vera", "alert", "close", id, "-r", "x")).Code);
        Assert.Contains("closed", (await RunAsync(server, "vera", "alert", "list", "--all")).Output);
    }

    [Fact]
    public async Task Client_RotateAndBlastRadius_WorkFromAFile()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var file = Write("new.yaml", "id: acme-oidc-2\nissuer: hospital-idp\nclientId: acme-connector-2\nrotateBy: 2026-12-01\n");
        var rotated = await RunAsync(server, "olga", "client", "rotate", "acme-connector", file, "--overlap-hours", "24");
        Assert.True(rotated.Code == 0, rotated.Error);
        Assert.Contains("acme-oidc-2", (await RunAsync(server, "vera", "client", "blast-radius", "acme-connector")).Output);
        Assert.Equal(2, (await RunAsync(server, "olga", "client", "rotate", "acme-connector", Path.Combine(_folder, "none.yaml"))).Code);
    }

    // A pipeline may depend on what is written down here.
    [Fact]
    public void ExitCodes_AndCommands_AreDocumented()
    {
        var page = File.ReadAllText(RepositoryPaths.Of("docs", "phigw.md"));
        foreach (var code in typeof(ExitCodes).GetFields())
        {
            Assert.Contains($"| {code.GetRawConstantValue()} |", page);
        }

        foreach (var command in PhigwCommand.Create().Subcommands)
        {
            Assert.Contains($"`phigw {command.Name}", page);
        }
    }

    [Fact]
    public async Task Usage_Wrong_Is2_AndNeverRepeatsAKey()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(2, (await RunAsync(null, null, "nonsense")).Code);
        Assert.Equal(2, (await RunAsync(null, null, "client", "list", "--server", "gateway")).Code);
        var typed = await RunAsync(server, null, "client", "list", "--key", server.KeyOf("vera"));
        Assert.Equal(2, typed.Code);
        Assert.DoesNotContain(server.KeyOf("vera"), typed.Error);
        Assert.Equal(
            2,
            (await RunAsync(null, null, "client", "list", "--server", "http://gateway.example", "--key", Write("k", "x"))).Code
        );
        Assert.Equal(3, (await RunAsync(server, null, "client", "list", "--key", Write("wrong", "wrong-key"))).Code);
    }

    [Theory]
    [InlineData("bash", "complete -F _phigw phigw")]
    [InlineData("zsh", "#compdef phigw")]
    public async Task Completion_Script_AsksTheSuggestDirective(string shell, string expected)
    {
        var script = await RunAsync(null, null, "completion", shell);
        Assert.Equal(0, script.Code);
        Assert.Contains(expected, script.Output);
        var suggested = await RunAsync(null, null, "[suggest:8]", "client s");
        Assert.Contains("suspend", suggested.Output);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<(int Code, string Output, string Error)> RunAsync(AdminServer? server, string? person, params string[] arguments)
    {
        var all = arguments.ToList();
        if (server is not null && !arguments.Contains("--server"))
        {
            all.AddRange(["--server", server.Address.ToString()]);
        }

        if (server is not null && person is not null)
        {
            all.AddRange(["--key", Write(person + ".key", server.KeyOf(person))]);
        }

        var output = new StringWriter();
        var error = new StringWriter();
        var code = await PhigwCommand.RunAsync([.. all], output, error);
        return (code, output.ToString(), error.ToString());
    }
}
