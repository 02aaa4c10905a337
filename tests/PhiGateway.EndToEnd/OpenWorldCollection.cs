using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Classes that share one node and its recording upstream, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class OpenWorldCollection : ICollectionFixture<OpenWorld>
{
    public const string Name = "open world";
}
