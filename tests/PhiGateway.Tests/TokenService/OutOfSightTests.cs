using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>By a registry that is out of sight nobody is told that something is allowed.</summary>
public sealed class OutOfSightTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_RegistryOutOfSight_IssuesNoToken()
    {
        _world.IsOutOfSight = true;
        var refused = await _world.AskAsync(TokenWorld.Form(_world.Assertion()));
        _world.IsOutOfSight = false;
        var issued = await _world.AskAsync(TokenWorld.Form(_world.Assertion("two")));

        Assert.Equal((503, 200), (refused.Status, issued.Status));
        Assert.DoesNotContain("access_token", refused.Json!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Introspect_RegistryOutOfSight_SaysOfNoTokenThatItIsActive()
    {
        var token = (string)(await _world.AskAsync(TokenWorld.Form(_world.Assertion()))).Json!["access_token"]!;
        _world.IsOutOfSight = true;
        var away = await _world.IntrospectAsync(_world.Assertion("two"), token);
        _world.IsOutOfSight = false;
        var back = await _world.IntrospectAsync(_world.Assertion("three"), token);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"active":false}"""), away.Json), away.Json?.ToJsonString());
        Assert.True((bool)back.Json!["active"]!);
    }
}
