using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Apis;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>That a record of a declared API is there, and in which version, is told to none who may not change it.</summary>
public sealed class ApiVersionTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "delete"));

    public ApiVersionTests()
    {
        var delete = ApiFixture.Read();
        (delete.Method, delete.Interaction, delete.Answer) = ("DELETE", "delete", null);
        _world.Route = _world.Route! with { Base = "/lab", Api = ApiFixture.Table(ApiFixture.Read(), delete) };
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("18", "\"v1\"", 404)]
    [InlineData("18", "\"v9\"", 404)]
    [InlineData("18", null, 404)]
    [InlineData(null, "\"v9\"", 404)]
    [InlineData("17", "\"v9\"", 412)]
    [InlineData("17", "\"v1\"", null)]
    [InlineData("17", null, null)]
    public async Task Run_ChangeAgainstAVersion_TellsOfItOnlyToWhoMayChangeIt(string? patient, string? tag, int? status)
    {
        if (patient is not null)
        {
            _world.Upstream.Answers(
                "GET /v1/results/1",
                $$"""{"id":"1","patient":"{{patient}}"}""",
                mediaType: "application/json",
                change: static response => response.Headers.TryAddWithoutValidation("ETag", "\"v1\"")
            );
        }

        (string, string)[] headers = tag is null ? [] : [("If-Match", tag)];
        using var exchange = _world.Open("DELETE", "/lab/v1/results/1", null, headers);

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(status is null, result.Continues);
        Assert.Equal(status, result.Continues ? null : result.Status ?? result.Refusal?.Status);
    }
}
