namespace PhiGateway.Storage.Common;

/// <summary>Why a database cannot be used as it is.</summary>
public enum StorageProblem
{
    /// <summary>Provider or connection string make no sense.</summary>
    Misconfigured,

    /// <summary>Nobody answers there now: trying again later may help.</summary>
    Unreachable,

    /// <summary>It answers and says no: user, password, rights, missing database.</summary>
    Refused,

    /// <summary>The SQLite file or its folder cannot be written.</summary>
    NotWritable,

    /// <summary>The schema lacks migrations of this binary: migrate first.</summary>
    SchemaBehind,

    /// <summary>The schema was written by a newer binary: start that one, never this.</summary>
    SchemaAhead,

    /// <summary>The database does not keep a setting that durability rests on.</summary>
    NotDurable,
}
