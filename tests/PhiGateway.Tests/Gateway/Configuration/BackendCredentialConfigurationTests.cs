using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Gateway.Upstream;
using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>What the gateway shows to upstreams is complete, fits its kind and is private, or the node does not start.</summary>
public sealed class BackendCredentialConfigurationTests : IDisposable
{
    private const string At = ConfigurationFixture.Gateway + "BackendCredentials:0:";
    private const string Metadata = ConfigurationFixture.Cluster + "Metadata:";

    private readonly string _folder = Directory.CreateTempSubdirectory("backend-credential-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Authorization")]
    [InlineData("Bearer")]
    [InlineData("Basic", "User", "gateway")]
    [InlineData("ClientCredentials", "TokenEndpoint", "https://auth.ehr.example/token", "ClientId", "gateway")]
    [InlineData(
        "ClientCredentials",
        "TokenEndpoint",
        "https://auth.ehr.example/token",
        "ClientId",
        "gateway",
        "Authentication",
        "private_key_jwt",
        "KeyId",
        "gw-1",
        "Algorithm",
        "ES384"
    )]
    public void Validate_EachKindWithItsParts_IsGood(string kind, params string[] more)
    {
        Assert.Empty(Problems(kind, more));
    }

    [Theory]
    [InlineData("Kind", "Digest")]
    [InlineData("User", "Bearer", "User", "gateway")]
    [InlineData("TokenEndpoint", "Bearer", "TokenEndpoint", "https://auth.ehr.example/token")]
    [InlineData("User", "Basic")]
    [InlineData("User", "Basic", "User", "gate:way")]
    [InlineData("ClientId", "ClientCredentials", "TokenEndpoint", "https://auth.ehr.example/token")]
    [InlineData("TokenEndpoint", "ClientCredentials", "ClientId", "gateway")]
    [InlineData("TokenEndpoint", "ClientCredentials", "ClientId", "gateway", "TokenEndpoint", "http://auth.ehr.example/token")]
    [InlineData("TokenEndpoint", "ClientCredentials", "ClientId", "gateway", "TokenEndpoint", "https://169.254.169.254/token")]
    [InlineData("Authentication", "ClientCredentials", "Authentication", "none")]
    [InlineData("KeyId", "ClientCredentials", "Authentication", "private_key_jwt")]
    [InlineData("KeyId", "ClientCredentials", "KeyId", "gw-1")]
    [InlineData("Algorithm", "ClientCredentials", "Algorithm", "ES384")]
    [InlineData("Algorithm", "ClientCredentials", "Authentication", "private_key_jwt", "KeyId", "gw-1", "Algorithm", "HS256")]
    [InlineData("Name", "Bearer", "Name", "EHR one")]
    [InlineData("Secret", "Bearer", "Secret", "open-sesame")]
    [InlineData("Secret", "Bearer", "Secret", "file:/none/of/it")]
    [InlineData("Secret", "Bearer", "Secret", "systemd:../etc/passwd")]
    [InlineData("Secret", "Bearer", "Command:0", "/bin/sh")]
    [InlineData("Command", "Bearer", "Secret", null, "Command:0", "sh")]
    [InlineData("CommandEvery", "Bearer", "Secret", null, "Command:0", "/bin/sh", "CommandEvery", "00:00:01")]
    [InlineData("CommandTimeout", "Bearer", "Secret", null, "Command:0", "/bin/sh", "CommandTimeout", "01:00:00")]
    public void Validate_WhatIsMissingOrHasNoPlace_IsNamed(string expected, string kind, params string?[] more)
    {
        var problems = Problems(kind, more);

        Assert.Contains(problems, problem => problem.Key == At + expected);
        Assert.All(problems, static problem => Assert.DoesNotContain("open-sesame", problem.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_TwoOfOneName_IsNamed()
    {
        var second = ConfigurationFixture.Gateway + "BackendCredentials:1:";

        var problems = ConfigurationFixture.Problems([
            .. Keys("Bearer", []),
            (second + "Name", "ehr"),
            (second + "Kind", "Bearer"),
            (second + "Secret", "file:" + Secret()),
        ]);

        Assert.Equal(second + "Name", Assert.Single(problems).Key);
    }

    [Fact]
    public void Validate_ClusterThatNamesNone_IsNamed()
    {
        Assert.Empty(Problems("Bearer", []));
        var problems = ConfigurationFixture.Problems([.. Keys("Bearer", []), (Metadata + RouteMetadata.Credential, "use:her")]);

        Assert.Equal(Metadata + RouteMetadata.Credential, Assert.Single(problems).Key);
    }

    [Fact]
    public void Validate_SecretThatOthersRead_IsNamed()
    {
        var file = Secret();
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Equal(At + "Secret", Assert.Single(Problems("Bearer", [])).Key);
    }

    [Fact]
    public void Validate_ClientCertificate_HasItsKeyAndTheyFit()
    {
        var (file, key, other) = (Path.Combine(_folder, "gw.pem"), Path.Combine(_folder, "gw.key"), Path.Combine(_folder, "other.key"));
        CertifiedServer.Write(Path.Combine(_folder, "other.pem"), other, "other");
        CertifiedServer.Write(file, key, "gateway");
        Private(key);
        Private(other);

        Assert.Empty(Certificate(file, key));
        Assert.Single(Certificate(file, null));
        Assert.Single(Certificate(null, key));
        Assert.Single(Certificate(file, other));
        Assert.Single(Certificate(file, Path.Combine(_folder, "none.key")));
    }

    [Fact]
    public void Validate_TrustDomain_HasANameAndAuthorities()
    {
        var (file, key) = (Path.Combine(_folder, "root.pem"), Path.Combine(_folder, "root.key"));
        CertifiedServer.Write(file, key, "root");
        const string Domain = ConfigurationFixture.Gateway + "Spiffe:TrustDomains:0:";

        Assert.Empty(ConfigurationFixture.Problems((Domain + "Name", "hospital.example"), (Domain + "Bundle", file)));
        Assert.Equal(
            [Domain + "CertificateLifetime"],
            ConfigurationFixture
                .Problems(
                    (Domain + "Name", "hospital.example"),
                    (Domain + "Bundle", file),
                    (Domain + "CertificateLifetime", "400.00:00:00")
                )
                .Select(static problem => problem.Key)
        );
        Assert.Equal(
            [Domain + "Name", Domain + "Bundle"],
            ConfigurationFixture
                .Problems((Domain + "Name", "Hospital.example"), (Domain + "Bundle", key))
                .Select(static problem => problem.Key)
        );
    }

    private static void Private(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static IReadOnlyList<ConfigurationProblem> Certificate(string? file, string? key) =>
        ConfigurationFixture.Problems(
            (Metadata + RouteMetadata.ClientCertificate, file),
            (Metadata + RouteMetadata.ClientCertificateKey, key)
        );

    private IReadOnlyList<ConfigurationProblem> Problems(string kind, string?[] more) => ConfigurationFixture.Problems(Keys(kind, more));

    private (string, string?)[] Keys(string kind, string?[] more) =>
        [
            (At + "Name", "ehr"),
            (At + "Kind", kind),
            (At + "Secret", "file:" + Secret()),
            (Metadata + RouteMetadata.Credential, "use:ehr"),
            .. more.Chunk(2).Select(static pair => (At + pair[0], pair[1])),
        ];

    private string Secret()
    {
        var file = Path.Combine(_folder, "secret");
        if (!File.Exists(file))
        {
            File.WriteAllText(file, "open-sesame");
            Private(file);
        }

        return file;
    }
}
