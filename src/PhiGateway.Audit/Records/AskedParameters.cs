namespace PhiGateway.Audit.Records;

/// <summary>Whether a record says all that a search by POST named in its body (<see cref="AuditRecord.Parameters"/>).</summary>
public static class AskedParameters
{
    /// <summary>Stands last where there were more names than a record has room for.</summary>
    public const string More = "...";

    /// <summary>Whether it does; records of versions before say nothing of it.</summary>
    public static bool AreWhole(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Parameters is [.., not More];
    }

    /// <summary>The value of the first parameter of a name of which the value is kept; null: there is none.</summary>
    public static string? ValueOf(AuditRecord record, string name)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (var one in record.Parameters)
        {
            if (one.Length > name.Length && one[name.Length] == '=' && one.StartsWith(name, StringComparison.Ordinal))
            {
                return one[(name.Length + 1)..];
            }
        }

        return null;
    }
}
