namespace PhiGateway.Storage.Registry;

/// <summary>What a write finds in place: version, tombstone or not, last form.</summary>
internal readonly record struct DocumentState(long Version, bool Deleted, string Json)
{
    /// <summary>The version that callers know: 0 for none and for a tombstone.</summary>
    public long Visible => Deleted ? 0 : Version;
}
