using System.Text.Json.Nodes;
using PhiGateway.Gateway.Composition;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>Whoever migrates owns the databases and has none of a node's secrets: only what is wrong with the databases stops it.</summary>
public sealed class MigrateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-migrate-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_ConfigurationWhoseSecretsAreElsewhere_IsMigrated()
    {
        var file = await WriteAsync($"Data Source={At("registry.db")}");

        Assert.Equal(2, await RunCommand.ValidateAsync(["--config", file]));
        Assert.Equal(0, await RunCommand.MigrateAsync(["--config", file]));
        Assert.True(File.Exists(At("registry.db")) && File.Exists(At("audit.db")));
    }

    [Theory]
    [InlineData("env:PHIGW_TEST_NOT_SET")]
    [InlineData("Host=db;Database=phigateway")]
    [InlineData("")]
    public async Task Run_DatabaseThatIsNotNamedRight_IsNot(string connection)
    {
        var file = await WriteAsync(connection);

        Assert.Equal(2, await RunCommand.MigrateAsync(["--config", file]));
        Assert.False(File.Exists(At("audit.db")));
    }

    private string At(string name) => Path.Combine(_folder, name);

    private async Task<string> WriteAsync(string registry)
    {
        var configuration = new JsonObject
        {
            ["PhiGateway"] = new JsonObject
            {
                ["Registry"] = new JsonObject { ["ConnectionString"] = registry },
                ["Audit"] = new JsonObject { ["Store"] = new JsonObject { ["ConnectionString"] = $"Data Source={At("audit.db")}" } },
                ["HandleKey"] = "env:PHIGW_TEST_NOT_SET",
                ["Admin"] = new JsonObject { ["BootstrapKey"] = "env:PHIGW_TEST_NOT_SET" },
            },
        };
        await File.WriteAllTextAsync(At("appsettings.json"), configuration.ToJsonString());
        return At("appsettings.json");
    }
}
