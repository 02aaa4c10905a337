using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>Classes that share one node and its recording upstream, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class OpenWorldCollection : ICollectionFixture<OpenWorld>
{
    // A capital: by name it comes before the classes that share nothing, so that so many tests in a row are not the end of the run.
    public const string Name = "Open world";
}
