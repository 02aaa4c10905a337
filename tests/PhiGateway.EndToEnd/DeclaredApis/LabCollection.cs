using Xunit;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>Classes that share the installation with the laboratory system, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class LabCollection : ICollectionFixture<LabWorld>
{
    public const string Name = "Lab";
}
