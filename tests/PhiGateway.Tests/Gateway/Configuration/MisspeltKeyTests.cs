using PhiGateway.Policy.Validation;
using Xunit;

namespace PhiGateway.Tests.Gateway.Configuration;

/// <summary>A name that is not known is refused with the known one that was most likely meant.</summary>
public sealed class MisspeltKeyTests
{
    [Theory]
    [InlineData(ConfigurationFixture.Gateway + "Limits:Concurency", "Concurrency")]
    [InlineData(ConfigurationFixture.Gateway + "Limts:Concurrency", "Limits")]
    [InlineData(ConfigurationFixture.Gateway + "Issuers:0:Jkws", "Jwks")]
    [InlineData(ConfigurationFixture.Gateway + "public_bse", "PublicBase")]
    [InlineData("ReverseProxy:Route:x", "Routes")]
    [InlineData(ConfigurationFixture.Route + "Metadata:Phi.Tenat", "Phi.Tenant")]
    [InlineData(ConfigurationFixture.Route + "ClusterIdd", "ClusterId")]
    [InlineData(ConfigurationFixture.Cluster + "Metadata:Phi.base", "Phi.Bases")]
    public void Key_Misspelt_IsNamedWithTheNearest(string key, string nearest)
    {
        var problem = Assert.Single(
            ConfigurationFixture.Problems((key, "1")),
            problem => key.StartsWith(problem.Key, StringComparison.OrdinalIgnoreCase)
        );

        Assert.Contains("is not a known key", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith($"Did you mean '{nearest}'?", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_LikeNoOther_IsNamedAlone()
    {
        var problem = Assert.Single(ConfigurationFixture.Problems((ConfigurationFixture.Gateway + "Zzyzx", "1")));

        Assert.Equal("is not a known key.", problem.Message);
        Assert.Empty(ConfigurationFixture.Problems((ConfigurationFixture.Gateway + "Limits:Concurrency", "100")));
    }

    [Theory]
    [InlineData("dryrun", "dry_run")]
    [InlineData("DRY-RUN", "dry_run")]
    [InlineData("dry_urn", "dry_run")]
    [InlineData("prnue", "prune")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("nothing-like-it", null)]
    public void Find_Name_IsTheNearestOrNone(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Find(name, ["dry_run", "prune", "carry_approval"]));

    [Fact]
    public void Find_LongName_IsNotCompared() => Assert.Null(NearestName.Find(new string('a', 100_000), [new string('a', 100_000)]));
}
