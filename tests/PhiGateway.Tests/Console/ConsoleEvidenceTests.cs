using System.Diagnostics;
using System.IO.Compression;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Console.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The evidence of a case as one file: it holds the records of its alerts, verifies by its own script, and unpacks into its folder only.</summary>
public sealed class ConsoleEvidenceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("phigw-zip-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Zip_OfACase_HoldsItsRecordsAndVerifiesByItsOwnScript()
    {
        await using var world = await LogWorld.StartAsync(10);
        await using var server = await StartAsync(world);
        using var browser = await server.SignInAsync("auditor");

        var bytes = await TakeAsync(server, browser, "/console/cases/c-1/evidence");
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, "c-1.zip"), bytes);
        using var zip = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
        Assert.Equal(3, zip.Entries.Count(static entry => entry.FullName.EndsWith("body.json", StringComparison.Ordinal)));
        Assert.Contains(zip.Entries, static entry => entry.FullName == "request.json");
        Assert.Equal(zip.Entries.Count, zip.Entries.Select(static entry => entry.FullName).Distinct().Count());
        var target = Path.Combine(_folder.FullName, "bundle");
        zip.ExtractToDirectory(target);
        Assert.Equal(0, Run(target));
        var body = Directory.GetFiles(target, "body.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        Assert.Equal(world.Rows[2].Body.ToArray(), await File.ReadAllBytesAsync(body));
        await File.AppendAllTextAsync(body, " ");
        Assert.NotEqual(0, Run(target));
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "audit.evidence", Actor: "auditor@hospital.example" } && record.Note!.Contains("case c-1")
        );
    }

    [Fact]
    public async Task Zip_OfACaseThatIsNotThere_IsNoFile()
    {
        await using var world = await LogWorld.StartAsync(2);
        await using var server = await StartAsync(world);
        using var browser = await server.SignInAsync("auditor");

        Assert.Equal(404, (await browser.GetAsync("/console/cases/..%2F..%2Fetc/evidence")).Status);
        Assert.Equal(404, (await browser.GetAsync("/console/cases/c-9%22%0d%0aSet-Cookie:x/evidence")).Status);
        using var viewer = await server.SignInAsync("viewer");
        Assert.Equal(403, (await viewer.GetAsync("/console/cases/c-1/evidence")).Status);
    }

    [Theory]
    [InlineData("../../etc/cron.d/x")]
    [InlineData("/etc/passwd")]
    [InlineData("logs/../../x")]
    [InlineData("logs\\..\\x")]
    [InlineData("C:\\x")]
    [InlineData("logs//x")]
    [InlineData("logs/./x")]
    [InlineData("a\nb")]
    [InlineData("")]
    public Task Make_NameThatLeadsOutOfTheFolder_IsRefused(string name) =>
        Assert.ThrowsAsync<InvalidDataException>(() =>
            EvidenceZip.WriteAsync([new EvidenceFile(name, "x"u8.ToArray())], Stream.Null, static _ => { }, default)
        );

    [Theory]
    [InlineData("c-1.zip", "c-1.zip")]
    [InlineData("a\"; filename=evil.exe", "a---filename-evil.exe")]
    [InlineData("x\r\nSet-Cookie: a=b", "x--Set-Cookie--a-b")]
    [InlineData("../x.zip", "---x.zip")]
    public void NameOf_AFile_CanEndNoHeader(string name, string told) => Assert.Equal(told, EvidenceZip.NameOf(name));

    private static async Task<byte[]> TakeAsync(ConsoleServer server, ConsoleBrowser browser, string path)
    {
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Admin.Address, path));
        request.Headers.Host = ConsoleServer.Host;
        request.Headers.TryAddWithoutValidation(
            "Cookie",
            string.Join("; ", browser.Cookies.Select(static one => $"{one.Key}={one.Value}"))
        );
        using var answer = await http.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("application/zip", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment; filename=\"c-1.zip\"", answer.Content.Headers.ContentDisposition?.ToString());
        return await answer.Content.ReadAsByteArrayAsync();
    }

    private static int Run(string folder)
    {
        using var process = Process.Start(
            new ProcessStartInfo("sh", [Path.Combine(folder, "verify.sh")]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static async Task<ConsoleServer> StartAsync(LogWorld world)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var server = await ConsoleServer.StartAsync(more: services =>
            services.AddSingleton(new ProverSet(prover, world.Options.Directory, secrets))
        );
        await server.Admin.Trail.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        string[] shown = [.. world.Rows.Values.Where(static row => row.Sequence is 2 or 3 or 4).Select(static row => row.Id.ToString())];
        var written = new[]
        {
            Write(RegistryKind.Alert, "a-1", Alert("a-1", shown)),
            Write(
                RegistryKind.Case,
                "c-1",
                new AlertCase
                {
                    Id = "c-1",
                    Title = ConsolePageTests.Hostile,
                    Subject = "client/acme",
                    Alerts = ["a-1"],
                    OpenedBy = "august",
                    OpenedAt = DateTimeOffset.UnixEpoch,
                }
            ),
        };
        await server.Admin.Store.WriteAsync(written, "system", CancellationToken.None);
        return server;
    }

    private static RegistryWrite Write<T>(RegistryKind kind, string id, T document)
        where T : IRegistryEntity => new(kind, id, RegistryJson.Serialize(document), 0);

    private static Alert Alert(string id, params string[] records) =>
        new()
        {
            Id = id,
            Kind = "drift",
            Subject = "client/acme",
            At = DateTimeOffset.UnixEpoch,
            Evidence = ConsolePageTests.Hostile,
            Records = records,
        };
}
