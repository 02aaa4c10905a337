using Xunit;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>Classes that share one node and the identity provider that binds tokens and lets people in.</summary>
[CollectionDefinition(Name)]
public sealed class PossessionCollection : ICollectionFixture<PossessionWorld>
{
    public const string Name = "possession and launch";
}
