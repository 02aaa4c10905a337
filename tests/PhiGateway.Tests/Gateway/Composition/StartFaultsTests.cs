using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Gateway.Configuration;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Signing;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>What stops a start, and is an operator's to mend, is told in a sentence that says what; not as a fault of the program.</summary>
public sealed class StartFaultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // An address of a documentation network (RFC 5737), which no machine has: as a port that takes rights this one lacks.
    [Fact]
    public async Task Start_WhereNothingCanListen_SaysWhere()
    {
        const string address = "http://192.0.2.1:8443";
        await using var plane = PlaneAt(address);

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => Listeners.StartAsync(plane, address, CancellationToken.None));

        Assert.True(StartFaults.IsForOperators(fault), fault.ToString());
        Assert.Contains(address, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhereItCan_Listens()
    {
        await using var plane = PlaneAt("http://127.0.0.1:0");

        await Listeners.StartAsync(plane, "http://127.0.0.1:0", CancellationToken.None);

        await plane.StopAsync();
    }

    [Fact]
    public async Task OpenKeys_OfAnotherSecret_SaysSo()
    {
        (await OpenAsync("the secret of the first start, 0123456789")).Dispose();
        (await OpenAsync("the secret of the first start, 0123456789")).Dispose();

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => OpenAsync("the secret of the second start, 012345678"));

        Assert.True(StartFaults.IsForOperators(fault), fault.ToString());
        Assert.Contains("TokenService:KeySecret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenKeys_WhereNoFolderCanBe_SaysSo()
    {
        File.WriteAllText(Path.Combine(_folder, "keys"), "a file");

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => OpenAsync("the secret of the first start, 0123456789"));

        Assert.True(StartFaults.IsForOperators(fault), fault.ToString());
        Assert.Contains("TokenService:KeyDirectory", fault.Message, StringComparison.Ordinal);
    }

    // Read at validation as well as at the start.
    [Theory]
    [InlineData("good", "good", "good", null)]
    [InlineData("text", "good", "good", "CaFile")]
    [InlineData("good", "text", "good", "CertificateFile")]
    [InlineData("good", "good", "text", "CertificateFile")]
    [InlineData("good", "good", "other", "CertificateFile")]
    public void Validate_SinkWithPemFiles_NamesTheOneThatIsNone(string authority, string certificate, string key, string? expected)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest("CN=sender", own, HashAlgorithmName.SHA256).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100)
        );
        const string sink = ConfigurationFixture.Gateway + "Sinks:0:";

        var problems = ConfigurationFixture.Problems(
            (sink + "Name", "soc"),
            (sink + "Kind", "Syslog"),
            (sink + "Address", "tls://siem.hospital.example:6514"),
            (sink + "CaFile", Write("ca.pem", authority == "good" ? made.ExportCertificatePem() : "nothing")),
            (sink + "CertificateFile", Write("own.pem", certificate == "good" ? made.ExportCertificatePem() : "nothing")),
            (sink + "CertificateKeyFile", Write("key.pem", KeyOf(key, own, other)))
        );

        Assert.Equal(expected is null ? [] : [sink + expected], problems.Select(static problem => problem.Key));
    }

    private static string KeyOf(string which, ECDsa own, ECDsa other) =>
        which switch
        {
            "good" => own.ExportPkcs8PrivateKeyPem(),
            "other" => other.ExportPkcs8PrivateKeyPem(),
            _ => "nothing",
        };

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }

    private Task<KeyRing> OpenAsync(string secret) =>
        TokenPlane.OpenKeysAsync(
            new TokenServiceOptions
            {
                KeyDirectory = Path.Combine(_folder, "keys"),
                KeySecret = "file:" + Write("secret", secret),
                RotateAfter = TimeSpan.FromDays(30),
            },
            new EgressOptions(),
            new ManualClock(),
            CancellationToken.None
        );

    private static WebApplication PlaneAt(string address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listeners.Add(kestrel, address, new ListenerOptions(), null));
        return builder.Build();
    }
}
