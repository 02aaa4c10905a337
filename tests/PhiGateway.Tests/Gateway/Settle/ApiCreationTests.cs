using PhiGateway.Apis;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>What a declared API makes at a place that the client names writes over nothing that was not looked at.</summary>
public sealed class ApiCreationTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("create"));

    public ApiCreationTests() => _world.Route = _world.Route! with { Base = "/lab", Api = ApiFixture.Table(ApiFixture.Read(), Put()) };

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("create", null, null)]
    [InlineData("create", "17", "outside-use-case")]
    [InlineData("create", "18", "outside-use-case")]
    [InlineData("create,update,read", null, null)]
    [InlineData("create,update,read", "17", null)]
    [InlineData("create,update,read", "18", "patient-not-found")]
    public async Task Run_CreationUnderAnId_WritesOverNothingUnseen(string interactions, string? stored, string? refusal)
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: StageWorld.Grant(interactions.Split(','))))));
        if (stored is not null)
        {
            _world.Upstream.Answers("GET /v1/results/1", $$"""{"id":"1","patient":"{{stored}}"}""", mediaType: "application/json");
        }

        using var exchange = _world.Open("PUT", "/lab/v1/results/1", """{"id":"1","patient":"17"}""");
        exchange.Http.Request.ContentType = "application/json";
        var result = await _world.WalkAsync(exchange, "Forward");

        var sent = _world.Upstream.Calls.Find(static call => call.Method == "PUT");
        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.Equal(refusal is null, sent is not null);
        Assert.Equal(stored is null && refusal is null, sent?.Headers.Contains(KeyValuePair.Create("If-None-Match", "*")) == true);
    }

    // Whoever writes against a version means a record that is there.
    [Fact]
    public async Task Run_CreationAgainstAVersion_MakesNothing()
    {
        using var exchange = _world.Open("PUT", "/lab/v1/results/1", """{"id":"1","patient":"17"}""", ("If-Match", "\"7\""));
        exchange.Http.Request.ContentType = "application/json";

        Assert.Equal(DenyReason.UpstreamRejected, (await _world.WalkAsync(exchange, "Forward")).Refusal);
        Assert.DoesNotContain(_world.Upstream.Calls, static call => call.Method == "PUT");
    }

    // Rows that a table may have, and one that names a place of which nobody could look what is there.
    [Theory]
    [InlineData("PUT", "/v1/results/{id}", "id", false, true)]
    [InlineData("PUT", "/v1/results/{id}", null, false, true)]
    [InlineData("POST", "/v1/results/{id}", "id", false, true)]
    [InlineData("PUT", "/v1/results/{id}", "id", true, false)]
    [InlineData("POST", "/v1/results", null, false, false)]
    [InlineData("PUT", "/v1/results", null, false, false)]
    public void Compile_CreationAtAPlace_NeedsTheRowThatReadsIt(string method, string path, string? id, bool reads, bool isProblem)
    {
        var row = Put();
        (row.Method, row.Path, row.Id) = (method, path, id);

        Assert.Equal(
            isProblem,
            ApiFixture.Problems(reads ? [ApiFixture.Read(), row] : [row]).Contains($"Operations:{(reads ? 1 : 0)}:Interaction")
        );
    }

    private static ApiOperationOptions Put()
    {
        var put = ApiFixture.Read();
        (put.Method, put.Interaction, put.Answer) = ("PUT", "create", null);
        put.Body = new ApiBodyOptions
        {
            Patient = new ApiPointerOptions { Pointer = "/patient" },
            Id = "/id",
        };
        return put;
    }
}
