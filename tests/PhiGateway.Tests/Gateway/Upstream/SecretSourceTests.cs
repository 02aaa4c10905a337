using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Upstream.Credentials;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>Secrets are read where they are kept now, and a program that is asked for one is bounded in time and size.</summary>
public sealed class SecretSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("secret-source-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task MakeAsync_RotatedFile_IsReadAnew()
    {
        var file = Path.Combine(_folder, "ehr");
        await File.WriteAllTextAsync(file, "one\n");
        var maker = new FixedCredential(new SecretSource("file:" + file), "Bearer", null);

        var before = await maker.MakeAsync(CancellationToken.None);
        await File.WriteAllTextAsync(file, "two\n");
        var after = await maker.MakeAsync(CancellationToken.None);

        Assert.Equal(("Bearer one", "Bearer two"), (before.Authorization, after.Authorization));
        Assert.NotNull(maker.Every);
    }

    [Theory]
    [InlineData("Authorization", null, "pass word")]
    [InlineData("Bearer", null, "Bearer pass word")]
    [InlineData("Basic", "gateway", "Basic Z2F0ZXdheTpwYXNzIHdvcmQ=")]
    public async Task MakeAsync_EachKind_IsWrittenAsItsSchemeSays(string kind, string? user, string expected)
    {
        var file = Path.Combine(_folder, "ehr");
        await File.WriteAllTextAsync(file, "pass word");

        var made = await new FixedCredential(new SecretSource("file:" + file), kind, user).MakeAsync(CancellationToken.None);

        Assert.Equal((expected, null), (made.Authorization, made.Life));
    }

    [Fact]
    public async Task ReadAsync_MissingFile_SaysSo()
    {
        var source = new SecretSource("file:" + Path.Combine(_folder, "none"));

        await Assert.ThrowsAsync<CredentialException>(async () => await source.ReadAsync(CancellationToken.None));
    }

    [Fact]
    public async Task ReadAsync_Command_GivesWhatItWrites()
    {
        Assert.Equal("s3cret", await RunAsync("printf '  s3cret\\n'; echo complaint >&2"));
    }

    [Theory]
    [InlineData("exit 3", "the command ended with 3")]
    [InlineData("printf secret; exit 1", "the command ended with 1")]
    [InlineData("printf ''", "the command wrote nothing")]
    [InlineData("head -c 70000 /dev/zero | tr '\\0' x", "the command wrote too much")]
    public async Task ReadAsync_CommandThatFails_GivesNothing(string script, string problem)
    {
        var fault = await Assert.ThrowsAsync<CredentialException>(() => RunAsync(script));

        Assert.Equal(problem, fault.Message);
    }

    [Fact]
    public async Task ReadAsync_CommandThatDoesNotEnd_IsStopped()
    {
        var fault = await Assert.ThrowsAsync<CredentialException>(() => RunAsync("sleep 600", TimeSpan.FromMilliseconds(200)));

        Assert.Equal("the command did not end in time", fault.Message);
    }

    [Fact]
    public async Task ReadAsync_CommandThatIsNotThere_SaysSo()
    {
        var options = new BackendCredentialOptions { Command = [Path.Combine(_folder, "none")] };

        var fault = await Assert.ThrowsAsync<CredentialException>(async () =>
            await new SecretSource(options).ReadAsync(CancellationToken.None)
        );

        Assert.Equal("the command cannot be run", fault.Message);
    }

    private static async Task<string> RunAsync(string script, TimeSpan? timeout = null)
    {
        var options = new BackendCredentialOptions
        {
            Command = ["/bin/sh", "-c", script],
            CommandTimeout = timeout ?? TimeSpan.FromMinutes(2),
        };
        return await new SecretSource(options).ReadAsync(CancellationToken.None);
    }
}
