namespace PhiGateway.Storage.Common;

/// <summary>The database behind a store.</summary>
public enum StorageProvider
{
    /// <summary>One file, one node, nothing to install: demo and small sites.</summary>
    Sqlite,

    /// <summary>The system of record in production; any number of nodes.</summary>
    Postgres,
}
