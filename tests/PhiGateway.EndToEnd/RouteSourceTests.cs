using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Routes that change while the process runs pass what a start asks of them, or are not in force.</summary>
public sealed class RouteSourceTests : IDisposable
{
    private readonly StartupFolder _folder = new();
    private readonly FakeJournal _journal = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reload_GoodChange_IsInForceAndOnRecord()
    {
        using var source = Start(out var configuration);
        var before = source.GetConfig();
        var first = source.Status.Hash;
        Cluster()["Destinations"]!["a"]!["Address"] = "http://127.0.0.1:10/fhir";

        Change(configuration);

        Assert.True(before.ChangeToken.HasChanged);
        Assert.Equal("http://127.0.0.1:10/fhir", source.GetConfig().Clusters[0].Destinations!["a"].Address);
        Assert.NotEqual(first, source.Status.Hash);
        Assert.Null(source.Status.Refused);
        Assert.Contains(_journal.Records, record => record.Event == "routes.enforced" && record.Target == $"routes/{source.Status.Hash}");
        Assert.Contains(_journal.Records, record => record.Target == $"routes/{first}");
    }

    [Theory]
    [InlineData("tenant", null)]
    [InlineData("tag", "north")]
    [InlineData("kind", "fhir-r5")]
    [InlineData("surplus", "1")]
    [InlineData("address", "http://169.254.169.254/fhir")]
    [InlineData("credential", "env:PHIGW_TEST_NOT_SET")]
    [InlineData("node", "")]
    [InlineData("cluster", "other")]
    public void Reload_BadChange_KeepsWhatWasInForceAndSaysSo(string what, string? value)
    {
        using var source = Start(out var configuration);
        var (before, status) = (source.GetConfig(), source.Status);
        var written = _journal.Records.Count;
        var metadata = Route()["Metadata"]!.AsObject();
        Spoil(what, value, metadata);

        Change(configuration);

        Assert.Same(before, source.GetConfig());
        Assert.False(before.ChangeToken.HasChanged);
        Assert.Equal(status.Hash, source.Status.Hash);
        Assert.NotNull(source.Status.Refused);
        Assert.Equal(written, _journal.Records.Count);
    }

    [Fact]
    public void Reload_FileThatIsNoJson_KeepsWhatWasInForceAndRecovers()
    {
        using var source = Start(out var configuration);
        var before = source.GetConfig();

        File.WriteAllText(_folder.At("appsettings.json"), "{ \"PhiGateway\": {");
        configuration.Reload();
        Assert.Same(before, source.GetConfig());
        Assert.NotNull(source.Status.Refused);

        Change(configuration);
        Assert.Same(before, source.GetConfig());
        Assert.Null(source.Status.Refused);
    }

    private void Spoil(string what, string? value, JsonObject metadata)
    {
        switch (what)
        {
            case "tenant":
                metadata.Remove("Phi.Tenant");
                break;
            case "tag":
                metadata["Phi.TenantTag"] = value;
                break;
            case "kind":
                metadata["Phi.Kind"] = value;
                break;
            case "surplus":
                metadata["Phi.Surplus"] = value;
                break;
            case "address":
                Cluster()["Destinations"]!["a"]!["Address"] = value;
                break;
            case "credential":
                Cluster()["Metadata"] = new JsonObject { ["Phi.Credential"] = value };
                break;
            case "node":
                _folder.Gateway["Node"] = value;
                break;
            default:
                Route()["ClusterId"] = value;
                break;
        }
    }

    private JsonObject Route() => _folder.Configuration["ReverseProxy"]!["Routes"]!["fhir"]!.AsObject();

    private JsonObject Cluster() => _folder.Configuration["ReverseProxy"]!["Clusters"]!["ehr"]!.AsObject();

    private RouteSource Start(out IConfigurationRoot configuration)
    {
        File.WriteAllText(_folder.At("appsettings.json"), _folder.Configuration.ToJsonString());
        configuration = GatewayConfiguration.Load(_folder.At("appsettings.json"));
        var (options, problems) = GatewayConfiguration.Read(configuration);
        Assert.Empty(problems);
        return new RouteSource(configuration, options, _journal, TimeProvider.System, NullLogger<RouteSource>.Instance);
    }

    private void Change(IConfigurationRoot configuration)
    {
        File.WriteAllText(_folder.At("appsettings.json"), _folder.Configuration.ToJsonString());
        configuration.Reload();
    }
}
