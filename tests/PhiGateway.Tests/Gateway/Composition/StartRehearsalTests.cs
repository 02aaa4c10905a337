using System.Text;
using Microsoft.Extensions.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Configuration;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>On a whole node of its own: what a start rehearses goes the whole way, and nothing of it is seen outside.</summary>
public sealed class StartRehearsalTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-start-").FullName;
    private GatewayHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["PhiGateway:Environment"] = "test",
                    ["PhiGateway:Node"] = "one",
                    ["PhiGateway:PublicBase"] = "http://127.0.0.1",
                    ["PhiGateway:Listeners:Data"] = "http://127.0.0.1:0",
                    ["PhiGateway:Listeners:Admin"] = "http://127.0.0.1:0",
                    ["PhiGateway:Registry:ConnectionString"] = $"Data Source={Path.Combine(_folder, "registry.db")}",
                    ["PhiGateway:Audit:Journal:Directory"] = Path.Combine(_folder, "journal"),
                    ["PhiGateway:Audit:Journal:Budget"] = "64 MiB",
                    ["PhiGateway:Audit:Store:ConnectionString"] = $"Data Source={Path.Combine(_folder, "audit.db")}",
                    ["PhiGateway:StopPause"] = "00:00:00",
                    // Nothing listens there, and nothing is to call it.
                    ["PhiGateway:Issuers:0:Name"] = "idp",
                    ["PhiGateway:Issuers:0:Issuer"] = "http://127.0.0.1:9/idp",
                    ["PhiGateway:Issuers:0:Audience"] = "gateway",
                    ["PhiGateway:Issuers:0:Algorithms:0"] = "ES256",
                    ["PhiGateway:Issuers:0:Environment"] = "test",
                    ["ReverseProxy:Routes:fhir:ClusterId"] = "sample",
                    ["ReverseProxy:Routes:fhir:Match:Path"] = "/fhir/{**rest}",
                    ["ReverseProxy:Routes:fhir:Metadata:Phi.Kind"] = RouteMetadata.FhirR4,
                    ["ReverseProxy:Routes:fhir:Metadata:Phi.Base"] = "/fhir",
                    ["ReverseProxy:Routes:fhir:Metadata:Phi.Tenant"] = "north",
                    ["ReverseProxy:Clusters:sample:Destinations:a:Address"] = "http://127.0.0.1:9/fhir",
                }
            )
            .Build();
        var (options, problems) = GatewayConfiguration.Read(configuration);
        Assert.Empty(problems);
        _host = await GatewayHost.StartAsync(options, configuration, quiet: true, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task PlayAsync_EachRequest_IsServedAndNothingOfItIsOnRecord()
    {
        var statuses = await StartRehearsal.PlayAsync(_host.Parts, TestContext.Current.CancellationToken);

        Assert.NotEmpty(statuses);
        Assert.All(statuses, static status => Assert.Equal(200, status));
        using var reader = _host.Parts.Journal.CreateReader(0);
        while (reader.TryRead(out var frame))
        {
            Assert.True(AuditRecordReader.TryRead(frame.Body.Span, out var record));
            Assert.NotEqual(AuditKind.Disclosure, record.Kind);
            Assert.DoesNotContain("rehearsal", Encoding.UTF8.GetString(frame.Body.Span), StringComparison.OrdinalIgnoreCase);
        }

        Assert.Null(_host.Parts.Snapshots.Current.FindClientById("rehearsal"));
    }

    [Fact]
    public async Task PlayAsync_ItsOwnTokenAtTheNode_OpensNothing()
    {
        using var upstream = new RehearsedUpstream();
        var journal = new RehearsedJournal();
        await using var rehearsed = await RehearsedNode.StartAsync(
            _host.Parts,
            journal,
            upstream.Address,
            TestContext.Current.CancellationToken
        );
        using var http = new HttpClient();
        var token = rehearsed.Token(_host.Parts.Clock.GetUtcNow());

        Assert.Equal(200, await AskAsync(http, rehearsed.Address.ToString(), token));
        Assert.Equal(401, await AskAsync(http, rehearsed.Address.ToString(), token + "x"));
        Assert.Equal(401, await AskAsync(http, _host.DataAddress, token));
        Assert.True(journal.Taken > 0);
    }

    private static async Task<int> AskAsync(HttpClient http, string address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(new Uri(address), "/fhir/Observation/o1"));
        request.Headers.Host = RehearsedNode.HostName;
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        using var answer = await http.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
