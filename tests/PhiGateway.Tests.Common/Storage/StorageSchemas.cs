namespace PhiGateway.Tests.Common.Storage;

/// <summary>The schemas that a test's database has before the test begins.</summary>
[Flags]
public enum StorageSchemas
{
    /// <summary>It is empty: migrating it is what the test is about.</summary>
    None = 0,

    /// <summary>That of the registry.</summary>
    Registry = 1,

    /// <summary>That of the trail.</summary>
    Audit = 2,
}
