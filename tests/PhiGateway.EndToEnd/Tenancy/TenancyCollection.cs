using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>Classes that share the installation with several tenants, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class TenancyCollection : ICollectionFixture<TenancyWorld>
{
    public const string Name = "Tenancy";
}
