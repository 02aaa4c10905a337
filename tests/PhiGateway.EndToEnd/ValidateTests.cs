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

/// <summary>What the process says of a configuration that it is only to look at.</summary>
public sealed class ValidateTests
{
    public static TheoryData<string> Examples =>
        [.. Directory.GetFiles(RepositoryPaths.Of("deploy", "examples"), "*.json").Select(path => Path.GetFileName(path)!)];

    [Fact]
    public async Task Validate_GoodConfiguration_EndsWithZeroAndEnvironmentCounts()
    {
        using var folder = new StartupFolder();

        Assert.Equal(0, (await folder.RunAsync(validateOnly: true)).ExitCode);
        var (exit, output) = await folder.RunAsync(
            validateOnly: true,
            ("PHIGW__Limits__Concurrency", "0"),
            ("PHIGW__ReverseProxy__Routes__fhir__ClusterId", "pacs")
        );
        Assert.Equal(2, exit);
        Assert.Contains("PhiGateway:Limits:Concurrency", output);
        Assert.Contains("ReverseProxy:Routes:fhir:ClusterId", output);

        folder.Gateway.Remove("PublicBase");
        Assert.Equal(2, (await folder.RunAsync(validateOnly: true)).ExitCode);
        Assert.Equal(0, (await folder.RunAsync(validateOnly: true, ("PHIGW__PublicBase", "http://127.0.0.1:1"))).ExitCode);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Validate_PrivateKeyThatOthersMayRead_IsAProblem(UnixFileMode more)
    {
        using var folder = new StartupFolder();
        WriteCertificate(folder);
        folder.Gateway["Listeners"]!["Data"] = $"https://127.0.0.1:{folder.DataPort}";
        folder.Gateway["Listeners"]!["CertificatePath"] = folder.At("tls.crt");
        folder.Gateway["Listeners"]!["CertificateKeyPath"] = folder.At("tls.key");
        Assert.Equal(0, (await folder.RunAsync(validateOnly: true)).ExitCode);

        File.SetUnixFileMode(folder.At("tls.key"), UnixFileMode.UserRead | more);

        var (exit, output) = await folder.RunAsync(validateOnly: true);
        Assert.Equal(2, exit);
        Assert.Contains("PhiGateway:Listeners:CertificateKeyPath", output);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Validate_DeployedExample_IsGoodWhereItsSecretsAre(string file)
    {
        using var folder = new StartupFolder();
        WriteCertificate(folder);
        await File.WriteAllTextAsync(folder.At("ehr-authorization"), "Bearer x");
        (string, string)[] secrets =
        [
            ("PHIGW__Listeners__CertificatePath", folder.At("tls.crt")),
            ("PHIGW__Listeners__CertificateKeyPath", folder.At("tls.key")),
            ("PHIGW_REGISTRY", "Host=db;Database=phigateway"),
            ("PHIGW_AUDIT", "Host=db;Database=phigateway"),
            ("PHIGW_ADMIN_KEY", StartupFolder.BootstrapKey),
            ("EHR_NORTH_AUTHORIZATION", "Bearer x"),
            ("EHR_SOUTH_AUTHORIZATION", "Bearer x"),
            ("LAB_AUTHORIZATION", "Bearer x"),
        ];
        if (
            (await File.ReadAllTextAsync(RepositoryPaths.Of("deploy", "examples", file))).Contains(
                "file:/etc/phigateway/ehr-authorization",
                StringComparison.Ordinal
            )
        )
        {
            secrets =
            [
                .. secrets,
                ("PHIGW__ReverseProxy__Clusters__ehr__Metadata__Phi.Credential", $"file:{folder.At("ehr-authorization")}"),
            ];
        }

        string[] command = ["validate", "--config", RepositoryPaths.Of("deploy", "examples", file)];

        var (exit, output) = await StartupFolder.RunAsync(command, secrets);
        Assert.True(exit == 0, output);

        // Without them every one is named.
        var (bare, missing) = await StartupFolder.RunAsync(command);
        Assert.Equal(2, bare);
        Assert.Contains("CertificatePath", missing);
        Assert.Contains("Phi.Credential", missing);
    }

    private static void WriteCertificate(StartupFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=gw.hospital.example", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        File.WriteAllText(folder.At("tls.crt"), certificate.ExportCertificatePem());
        File.WriteAllText(folder.At("tls.key"), key.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.At("tls.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
